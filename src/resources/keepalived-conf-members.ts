import { isIPv4, isIPv6, SocketAddress } from 'node:net'

import { z } from 'zod'

import { lately } from '../lately.ts'
import { ipAddress, familyOf } from './ip-address.ts'
import { hexEnd, hexMark, type LiveServer } from './ipvs-table.ts'

const port = z.int().min(0).max(65535)

const end = z.strictObject({ address: ipAddress, port })

/** A virtual server, and who answers for it: as keepalived.conf has it, in the spelling of a wish. */
export const confServer = z.strictObject({
  at: z.union([
    z.strictObject({ protocol: z.enum(['tcp', 'udp', 'sctp']), address: ipAddress, port }),
    z.strictObject({
      mark: z.int().min(1).max(4294967295),
      family: z.union([z.literal(4), z.literal(6)]),
    }),
  ]),
  reals: z.array(end).readonly(),
})

export type ConfServer = z.output<typeof confServer>

/** One name for a virtual server: as the kernel's table has it, and of a mark its family, which the table leaves out. */
export const serverKey = ({ at }: Pick<ConfServer, 'at'>): string =>
  'mark' in at
    ? `${hexMark(at.mark)}${at.family === 6 ? ' IPv6' : ''}`
    : `${at.protocol.toUpperCase()} ${hexEnd(at.address, at.port)}`

/** The same name for one of the table; a mark without real servers may be either family's. */
export const liveKey = ({ key, family }: LiveServer): string =>
  key.startsWith('FWM') && family === 6 ? `${key} IPv6` : key

/** One name for a real server of it. */
export const endKey = ({ address, port: number }: ConfServer['reals'][number]): string =>
  hexEnd(address, number)

const word = /"(?:[^"\\]|\\.)*"?|[!#].*|[{}]|(?:[^\s"{}!#\\]|\\.)+/g

/** The words of keepalived.conf line by line; a brace is a word, and ends its line. */
const wordsOf = (text: string): readonly (readonly string[])[] => {
  const lines: string[][] = []
  for (const line of text.split('\n')) {
    let last: string[] = []
    lines.push(last)
    for (const each of line.match(word) ?? []) {
      if (/^[!#]/.test(each)) break
      const before = last.at(-1)
      if (each === '}' || before === '{' || before === '}') lines.push((last = [each]))
      else last.push(each)
    }
  }
  return lines
}

interface Block {
  readonly words: readonly string[]
  readonly body: Block[]
}

/** Lines, with what stands in the braces behind them; one that opens on the next line counts as well. */
const treeOf = (text: string): readonly Block[] => {
  const root: Block = { words: [], body: [] }
  const open = [root]
  for (const words of wordsOf(text)) {
    const here = open.at(-1) ?? root
    const opens = words.at(-1) === '{'
    const said = opens ? words.slice(0, -1) : words
    if (words[0] === '}') {
      if (open.length > 1) open.pop()
      continue
    }
    const last = here.body.at(-1)
    const block =
      said.length === 0 && opens && last !== undefined ? last : { words: said, body: [] }
    if (block !== last && said.length > 0) here.body.push(block)
    if (opens) open.push(block)
  }
  return root.body
}

const canonical = (word = ''): string | undefined => {
  const address = word.replace(/^\[(.*)\]$/, '$1')
  // Of an address of IPv4 there is one spelling.
  if (isIPv4(address)) return address
  if (!address.includes(':') || !isIPv6(address) || address.includes('%')) return undefined
  return new SocketAddress({ address, family: 'ipv6' }).address
}

const number = (word = '0', most = 65535): number | undefined =>
  /^\d{1,10}$/.test(word) && Number(word) <= most ? Number(word) : undefined

const endOf = ({ words: [, first, second] }: Block): ConfServer['reals'] => {
  const [address, at] = [canonical(first), number(second)]
  return address === undefined || at === undefined ? [] : [{ address, port: at }]
}

const serverOf = ({ words: [, first, second], body }: Block): readonly ConfServer[] => {
  const reals = body.filter(({ words }) => words[0] === 'real_server').flatMap(endOf)
  const said = (keyword: string): string | undefined =>
    body.find(({ words }) => words[0] === keyword)?.words[1]?.toLowerCase()
  if (first === 'fwmark') {
    const mark = number(second, 4294967295) ?? 0
    const isSix = said('ip_family') === 'inet6' || familyOf(reals[0]?.address ?? '') === 6
    return mark === 0 ? [] : [{ at: { mark, family: isSix ? 6 : 4 }, reals }]
  }
  const [address, at] = [canonical(first), number(second)]
  const protocol = (['tcp', 'udp', 'sctp'] as const).find(
    (each) => each === (said('protocol') ?? 'tcp'),
  )
  return address === undefined || at === undefined || protocol === undefined
    ? []
    : [{ at: { protocol, address, port: at }, reals }]
}

/**
 * The virtual servers of a keepalived.conf. What lbprov writes is read in full; of a file by other hands what is
 * not known here (groups, `include`) is passed over.
 */
export const confServers = lately((text: string): readonly ConfServer[] =>
  treeOf(text)
    .filter(({ words }) => words[0] === 'virtual_server')
    .flatMap(serverOf),
)
