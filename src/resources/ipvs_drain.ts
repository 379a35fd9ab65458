import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource, type Change } from '../resource.ts'
import { contents } from '../sh/contents.ts'
import { lines, sh } from '../sh/sh.ts'
import { addNote, forgetNote, noteQuestion, notedWords } from './conf-notes.ts'
import { heldAddresses } from './held-address.ts'
import { ipAddress } from './ip-address.ts'
import { plainEnd } from './ipvs-difference.ts'
import { waitFor } from './ipvs-wait.ts'
import { ipvsQuestion, ipvsTable, parseIpvs, type LiveReal, type LiveServer } from './ipvs-table.ts'
import {
  confServer,
  confServers,
  endKey,
  liveKey,
  serverKey,
  type ConfServer,
} from './keepalived-conf-members.ts'

const quiescent = '/proc/sys/net/ipv4/vs/expire_quiescent_template'
const note = 'drained'

/** A real server that the kernel has and the next file will not. */
interface Leaving extends LiveReal {
  readonly at: ConfServer['at']
  readonly isPersistent: boolean
  /** Both as lines of the table say it. */
  readonly server: string
}

const endsOf = (servers: readonly ConfServer[]): ReadonlySet<string> =>
  new Set(
    servers.flatMap((server) => server.reals.map((real) => `${serverKey(server)} ${endKey(real)}`)),
  )

/**
 * Those that keepalived put there, and will take away: what others put into the table is theirs. Where nobody would be
 * left to take new connections while the last ones are waited for, nobody waits: their successors come with the next
 * file only.
 */
const leavingOf = (
  live: readonly LiveServer[],
  conf: readonly ConfServer[],
  keep: readonly ConfServer[],
): readonly Leaving[] => {
  const stays = endsOf(keep)
  const known = new Set(conf.map(serverKey))
  const kept = new Set(keep.map(serverKey))
  // A virtual server that goes where another comes may be the same service under another name: a mark for a port.
  const isMoving = keep.some((server) => !known.has(serverKey(server)))
  return conf.flatMap((server) => {
    const name = serverKey(server)
    if (!kept.has(name) && isMoving) return []
    const gone = new Set(server.reals.map(endKey).filter((end) => !stays.has(`${name} ${end}`)))
    return live
      .filter((each) => liveKey(each) === name)
      .filter(
        ({ servers }) =>
          !kept.has(name) || servers.some(({ end, weight }) => !gone.has(end) && weight > 0),
      )
      .flatMap(({ key, persistence, servers }) =>
        servers
          .filter(({ end }) => gone.has(end))
          .map((real) => ({
            ...real,
            at: server.at,
            isPersistent: persistence !== undefined,
            server: key,
          })),
      )
  })
}

/** As the table's own lines say it. */
const nameOf = ({ server, end }: Leaving): string => `${server} ${end}`

const shownServer = ({ at }: Leaving): string =>
  'mark' in at
    ? `mark ${String(at.mark)}${at.family === 6 ? ' (IPv6)' : ''}`
    : `${at.protocol.toUpperCase()} ${plainEnd(at.address, at.port)}`

const protocols = { tcp: '-t', udp: '-u', sctp: '--sctp-service' } as const
const forwards: Readonly<Record<string, string>> = { Masq: '-m', Tunnel: '-i' }

/** The words with which ipvsadm finds it, and leaves its way as it is. */
const chosen = ({ at, address, port, forward }: Leaving): readonly string[] => [
  ...('mark' in at
    ? ['-f', String(at.mark), ...(at.family === 6 ? ['-6'] : [])]
    : [protocols[at.protocol], plainEnd(at.address, at.port)]),
  ...['-r', plainEnd(address, port), forwards[forward] ?? '-g'],
]

const connections = (count: number): string =>
  count === 1 ? '1 connection' : `${String(count)} connections`

const toZero = (real: Leaving): Change => ({
  what: `real server ${plainEnd(real.address, real.port)} of ${shownServer(real)}`,
  before: `weight ${String(real.weight)}, ${connections(real.active)}`,
  after: 'weight 0: no new connections',
  run: lines(
    // Whatever was waited for before, this one was not.
    forgetNote(note),
    sh`said=$(ipvsadm -e ${chosen(real)} -w 0 2>&1) && exit`,
    // It may have died since it was asked about, and keepalived taken it away.
    sh`there=$(awk -v server=${real.server} -v end=${real.end} ${'$1 == "->" { if (here && $2 == end) print } $1 != "->" { here = ($1 " " $2 == server) }'} ${ipvsTable}) && [ -z "$there" ] && exit`,
    sh`printf '%s\n' "$said" >&2; exit 1`,
  ),
})

export const ipvs_drain = defineResource({
  name: 'ipvs_drain',
  summary: 'Real servers that leave get no new connections, and time to end those they have',
  schema: z.strictObject({
    conf: z.string().regex(/^\/[^\0\n]*$/, 'must be an absolute path'),
    keep: z.array(confServer).describe('The virtual servers and real servers that stay'),
    vips: z.array(ipAddress).describe('Who holds one has the connections, and waits for them'),
    timeoutSeconds: z.int().min(0).max(86400).describe('0: nobody waits'),
    endPersistence: z
      .boolean()
      .default(true)
      .describe('While it waits, clients with persistence go to other real servers as well'),
  }),
  id: ({ conf }) => conf,
  probe: ({ conf }) => ({
    conf: contents(conf),
    table: ipvsQuestion,
    addresses: sh`ip -o addr`,
    noted: noteQuestion(note, conf),
  }),
  parse: ({ conf, table: shown, addresses, noted }, { keep, vips }) => {
    for (const [what, { exit, err }] of [
      ['keepalived.conf', conf],
      ["the kernel's table of virtual servers", shown],
      ['the addresses', addresses],
    ] as const) {
      if (exit !== 0) throw new AnswerError(`cannot read ${what}: ${err.trim()}`)
    }
    const servers = confServers(conf.out)
    const own = new Set([
      ...vips,
      // One that no service has any more is held until the next file is read.
      ...servers.flatMap(({ at }) => ('address' in at ? [at.address] : [])),
    ])
    return {
      leaving: leavingOf(parseIpvs(shown.out), servers, keep),
      isActive: heldAddresses(addresses.out).some(
        ({ device, address }) => device !== 'lo' && own.has(address),
      ),
      waitedFor: notedWords(noted),
    }
  },
  diff: ({ conf, timeoutSeconds, endPersistence }, { leaving, isActive, waitedFor }) => {
    const receiving = leaving.filter(({ weight }) => weight > 0)
    const open = leaving.filter((real) => real.active > 0 && !waitedFor.has(nameOf(real)))
    // The others know of connections only what the active one told them, and keep it for long.
    const waits = isActive && timeoutSeconds > 0 && receiving.length + open.length > 0
    const sum = leaving.reduce((all, { active }) => all + active, 0)
    return [
      ...receiving.map(toZero),
      ...(waits
        ? [
            {
              what: 'connections of the real servers that leave',
              before: `${String(sum)} open`,
              after: `ended, or ${String(timeoutSeconds)} s over`,
              run: lines(
                waitFor({
                  table: ipvsTable,
                  names: leaving.map(nameOf),
                  timeoutSeconds,
                  quiescent:
                    endPersistence && leaving.some((real) => real.isPersistent)
                      ? quiescent
                      : undefined,
                }),
                // Those that are left now are as good as waited for: the next run goes on.
                addNote(note, conf, leaving.map(nameOf)),
              ),
            },
          ]
        : []),
    ]
  },
})
