import { z } from 'zod'

import { familyOf, ipAddress, type Family } from './ip-address.ts'
import { hexAddress, hexEnd, hexMark, type LiveReal, type LiveServer } from './ipvs-table.ts'

const port = z.int().min(0).max(65535)
const words = z.array(z.string().regex(/^[\w.,-]+$/)).readonly()

/** A virtual server as keepalived.conf has it. */
export const wishedServer = z.strictObject({
  at: z.union([
    z.strictObject({ protocol: z.enum(['tcp', 'udp', 'sctp']), address: ipAddress, port }),
    z.strictObject({
      mark: z.int().min(1).max(2147483647),
      family: z.union([z.literal(4), z.literal(6)]),
    }),
  ]),
  scheduler: z.string().regex(/^\w+$/),
  persistence: z
    .union([z.int().min(0), z.literal('any')])
    .describe("Seconds; 0: none; any: keepalived's own default"),
  options: words.default([]).describe('What else "ipvsadm -E" must say, so that it stays'),
  reals: z
    .array(
      z.strictObject({
        address: ipAddress,
        port,
        weight: z.int().min(0).max(65535).optional().describe('None: a check says it'),
        forwarding: z.enum(['nat', 'direct', 'tunnel']),
        mayBeZero: z.boolean().default(false).describe('A dead one keeps its place with weight 0'),
      }),
    )
    .readonly(),
  sorry: ipAddress.optional().describe('Who answers when all are dead; may be in the table or not'),
})

export type WishedServer = z.output<typeof wishedServer>
type WishedReal = WishedServer['reals'][number]

/** One way in which the kernel's table is not as wished. */
export interface TableDifference {
  readonly kind: 'missing' | 'server' | 'weight' | 'extra'
  readonly what: string
  readonly before: string
  readonly after: string | undefined
  /** The words of ipvsadm that mend it; none: only keepalived itself can. */
  readonly words: readonly string[]
}

export const forwards = { nat: 'Masq', direct: 'Route', tunnel: 'Tunnel' } as const
export const forwardWords = { nat: '-m', direct: '-g', tunnel: '-i' } as const
const protocolWords = { tcp: '-t', udp: '-u', sctp: '--sctp-service' } as const

/** `10.11.12.1:80`, `[2001:db8::1]:80`. */
export const plainEnd = (address: string, number: number): string =>
  `${familyOf(address) === 6 ? `[${address}]` : address}:${String(number)}`

/** How the kernel's table calls it. */
export const keyOf = ({ at }: WishedServer): string =>
  'mark' in at ? hexMark(at.mark) : `${at.protocol.toUpperCase()} ${hexEnd(at.address, at.port)}`

export const familyOfServer = ({ at }: WishedServer): Family =>
  'mark' in at ? at.family : familyOf(at.address)

/** The words with which ipvsadm chooses it. */
export const selector = ({ at }: WishedServer): readonly string[] =>
  'mark' in at
    ? ['-f', String(at.mark), ...(at.family === 6 ? ['-6'] : [])]
    : [protocolWords[at.protocol], plainEnd(at.address, at.port)]

/** What "ipvsadm -E" makes of it; whatever it does not say is reset. */
export const serverWords = ({
  scheduler,
  persistence,
  options,
}: WishedServer): readonly string[] => [
  ...['-s', scheduler],
  ...(persistence === 0 || persistence === 'any' ? [] : ['-p', String(persistence)]),
  ...options,
]

const shown = ({ at }: WishedServer): string =>
  'mark' in at
    ? `mark ${String(at.mark)}${at.family === 6 ? ' (IPv6)' : ''}`
    : `${at.protocol.toUpperCase()} ${plainEnd(at.address, at.port)}`

/** What a kernel may count its ticks by, where it does not say. */
export const usualTicks: readonly number[] = [100, 250, 300, 1000]

const persists = (
  { persistence }: WishedServer,
  live: number | undefined,
  ticks: readonly number[],
): boolean => {
  if (persistence === 'any') return true
  if (persistence === 0) return live === undefined
  return ticks.some((hz) => live === persistence * hz)
}

const seconds = (live: number | undefined, ticks: readonly number[]): string => {
  const [hz] = ticks
  if (live === undefined) return 'not persistent'
  return ticks.length === 1 && hz !== undefined
    ? `persistent ${String(live / hz)}`
    : 'otherwise persistent'
}

const serverDifference = (
  wished: WishedServer,
  live: LiveServer,
  ticks: readonly number[],
): readonly TableDifference[] => {
  const asWished = persists(wished, live.persistence, ticks)
  if (wished.scheduler === live.scheduler && asWished) return []
  const { persistence, scheduler } = wished
  const after = persistence === 0 ? 'not persistent' : `persistent ${String(persistence)}`
  return [
    {
      kind: 'server',
      what: `${shown(wished)} in the IPVS table, live`,
      before: [live.scheduler, ...(asWished ? [] : [seconds(live.persistence, ticks)])].join(', '),
      after: [scheduler, ...(asWished ? [] : [after])].join(', '),
      words: ['-E', ...selector(wished), ...serverWords(wished)],
    },
  ]
}

const realDifference = (
  wished: WishedServer,
  { end, address: liveAddress, port: livePort, forward, weight }: LiveReal,
): readonly TableDifference[] => {
  const what = `real server ${plainEnd(liveAddress, livePort)} of ${shown(wished)}, live`
  const at = selector(wished)
  const real: WishedReal | undefined = wished.reals.find(
    ({ address, port: number }) => hexEnd(address, number) === end,
  )
  if (real === undefined) {
    if (wished.sorry !== undefined && end.startsWith(`${hexAddress(wished.sorry)}:`)) return []
    return [
      {
        kind: 'extra',
        what,
        before: 'in the IPVS table',
        after: undefined,
        words: ['-d', ...at, '-r', plainEnd(liveAddress, livePort)],
      },
    ]
  }
  const rightWeight =
    real.weight === undefined || weight === real.weight || (weight === 0 && real.mayBeZero)
  const rightForward = forward === 'Local' || forward === forwards[real.forwarding]
  if (rightWeight && rightForward) return []
  const wanted = real.weight !== undefined && !rightWeight ? real.weight : weight
  const say = (how: string, number: number): string =>
    rightForward ? `weight ${String(number)}` : `${how}, weight ${String(number)}`
  return [
    {
      kind: 'weight',
      what,
      before: say(forward, weight),
      after: say(forwards[real.forwarding], wanted),
      words: [
        ...['-e', ...at, '-r', plainEnd(real.address, real.port)],
        ...[forwardWords[real.forwarding], '-w', String(wanted)],
      ],
    },
  ]
}

/**
 * Where the kernel's table is not as keepalived.conf has it. Real servers that are missing are none of our business:
 * their check may have taken them out. `ticks`: what the kernel may count its seconds by.
 */
export const tableDifferences = (
  wished: readonly WishedServer[],
  live: readonly LiveServer[],
  ticks: readonly number[],
): readonly TableDifference[] =>
  wished.flatMap((server) => {
    const key = keyOf(server)
    const family = familyOfServer(server)
    const found = live.find((each) => each.key === key && (each.family ?? family) === family)
    if (found === undefined) {
      return [
        {
          kind: 'missing' as const,
          what: shown(server),
          before: 'not in the IPVS table',
          after: undefined,
          words: [],
        },
      ]
    }
    return [
      ...serverDifference(server, found, ticks),
      ...found.servers.flatMap((each) => realDifference(server, each)),
    ]
  })
