import { SocketAddress } from 'node:net'

import { contents } from '../sh/contents.ts'
import { familyOf, type Family } from './ip-address.ts'

export const ipvsTable = '/proc/net/ip_vs'

/** For `parseIpvs`. `ipvsadm` would load IPVS to answer. */
export const ipvsQuestion = contents(ipvsTable)

/*
 * /proc/net/ip_vs, as the kernel writes it (net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_info_seq_show); it is there only where
 * IPVS is loaded:
 *
 *   IP Virtual Server version 1.2.1 (size=4096)
 *   Prot LocalAddress:Port Scheduler Flags
 *     -> RemoteAddress:Port Forward Weight ActiveConn InActConn
 *   TCP  CB00710A:0050 wlc persistent 75000 FFFFFFFF
 *     -> 0A0B0C01:0050      Masq    1      0          0
 *   UDP  CB00710A:0035 wrr ops
 *   TCP  [2001:0db8:0113:0000:0000:0000:0000:0010]:0050 wlc
 *     -> [2001:0db8:0012:0000:0000:0000:0000:0001]:0050      Route   1      0          0
 *   FWM  00000050 wlc persistent 75000 FFFFFFFF
 *
 * IPv4 addresses, ports and marks are hex in capitals; IPv6 addresses are written out, in brackets. The timeout of
 * persistence is in the kernel's own ticks (the others are its netmask, or prefix length, in hex). A mark does not say
 * which family it is of: only its real servers do. Forwarding is Masq, Route, Tunnel, Local (the real server is this
 * host) or Bypass.
 */

/** A real server as the kernel has it. */
export interface LiveReal {
  /** `0A0B0C01:0050`. */
  readonly end: string
  readonly address: string
  /** 0: the port that the client asked for. */
  readonly port: number
  readonly forward: string
  readonly weight: number
  /** Its open connections, and those that are only remembered. */
  readonly active: number
  readonly inactive: number
}

/** A virtual server as the kernel has it. */
export interface LiveServer {
  /** `TCP CB00710A:0050`, `FWM 00000050`. */
  readonly key: string
  /** Of a mark without real servers nobody can tell. */
  readonly family: Family | undefined
  readonly scheduler: string
  /** In ticks; undefined: none. */
  readonly persistence: number | undefined
  readonly servers: readonly LiveReal[]
}

const place = String.raw`[\dA-F]{8}:[\dA-F]{4}|\[[\da-f:]+\]:[\dA-F]{4}`
const serverLine = new RegExp(
  String.raw`^(TCP|UDP|SCTP|FWM) +(${place}|[\dA-F]{8}) (\S+)(?:.* persistent (\d+))?`,
)
const realLine = new RegExp(String.raw`^ +-> (${place}) +(\w+) +(-?\d+) +(\d+) +(\d+)`)

const familyOfEnd = (end: string): Family => (end.startsWith('[') ? 6 : 4)

/** An address in the one spelling that `ip` shows, and the port. */
const read = (end: string): readonly [string, number] => {
  const colon = end.lastIndexOf(':')
  const text = end.slice(0, colon)
  const address = text.startsWith('[')
    ? new SocketAddress({ address: text.slice(1, -1), family: 'ipv6' }).address
    : [0, 2, 4, 6].map((at) => String(parseInt(text.slice(at, at + 2), 16))).join('.')
  return [address, parseInt(end.slice(colon + 1), 16)]
}

const readReal = (line: string): readonly LiveReal[] => {
  const [, end, forward = '', ...numbers] = realLine.exec(line) ?? []
  if (end === undefined) return []
  const [weight = 0, active = 0, inactive = 0] = numbers.map(Number)
  const [address, port] = read(end)
  return [{ end, address, port, forward, weight, active, inactive }]
}

/** The virtual servers; none where IPVS is not loaded. */
export const parseIpvs = (text: string): readonly LiveServer[] => {
  const found: (Omit<LiveServer, 'servers'> & { readonly servers: LiveReal[] })[] = []
  for (const line of text.split('\n')) {
    const [, protocol, at = '', scheduler = '', ticks] = serverLine.exec(line) ?? []
    if (protocol === undefined) found.at(-1)?.servers.push(...readReal(line))
    else {
      found.push({
        key: `${protocol} ${at}`,
        family: protocol === 'FWM' ? undefined : familyOfEnd(at),
        scheduler,
        persistence: ticks === undefined ? undefined : Number(ticks),
        servers: [],
      })
    }
  }
  return found.map((each) => {
    const [first] = each.servers
    return each.family === undefined && first !== undefined
      ? { ...each, family: familyOfEnd(first.end) }
      : each
  })
}

const hex = (n: number, digits: number): string =>
  n.toString(16).toUpperCase().padStart(digits, '0')

const writtenOut = (address: string): string => {
  const [head = '', tail] = address.split('::')
  const groups = (text: string | undefined): readonly string[] =>
    text === undefined || text === '' ? [] : text.split(':')
  // The last two groups may be spelled as an IPv4 address (::ffff:10.0.0.1).
  const plain = (text: readonly string[]): readonly string[] =>
    text.flatMap((group) => {
      if (!group.includes('.')) return [group]
      const word = hexAddress(group).toLowerCase()
      return [word.slice(0, 4), word.slice(4)]
    })
  const [before, after] = [plain(groups(head)), plain(groups(tail))]
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join(':')
}

/** An address as the table spells it. */
export const hexAddress = (address: string): string =>
  familyOf(address) === 6
    ? `[${writtenOut(address)}]`
    : address
        .split('.')
        .map((byte) => hex(Number(byte), 2))
        .join('')

/** `10.11.12.1` and 80 as `0A0B0C01:0050`. */
export const hexEnd = (address: string, port: number): string =>
  `${hexAddress(address)}:${hex(port, 4)}`

/** Mark 80 as `FWM 00000050`. */
export const hexMark = (mark: number): string => `FWM ${hex(mark, 8)}`

/** `0A0B0C01:0050` for people and for ipvsadm: `10.11.12.1:80`, `[2001:db8::1]:80`. */
export const endWord = (end: string): string => {
  const [address, port] = read(end)
  return `${familyOf(address) === 6 ? `[${address}]` : address}:${String(port)}`
}
