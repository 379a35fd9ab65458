import type { Protocol } from '../inventory/network.ts'
import type { PortRange } from '../inventory/service.ts'

/** `80`, or `10000:20000` as iptables writes it, or `10000-20000` as nft and firewalld do. */
export const showPorts = ({ first, last }: PortRange, between: ':' | '-'): string =>
  first === last ? String(first) : `${String(first)}${between}${String(last)}`

// iptables-extensions(8), multiport: "Up to 15 ports can be specified. A port range counts as two ports."
const SLOTS = 15

const slotsOf = ({ first, last }: PortRange): number => (first === last ? 1 : 2)

const inRules = (ports: readonly PortRange[]): readonly (readonly PortRange[])[] =>
  ports.reduce<readonly (readonly PortRange[])[]>((rules, range) => {
    const open = rules.at(-1) ?? []
    const taken = open.reduce((sum, each) => sum + slotsOf(each), 0)
    return open.length > 0 && taken + slotsOf(range) <= SLOTS
      ? [...rules.slice(0, -1), [...open, range]]
      : [...rules, [range]]
  }, [])

/** What iptables matches these ports with, as `iptables -S` prints it: the words of one rule, or of several. */
export const portMatches = (
  protocol: Protocol,
  ports: readonly PortRange[],
): readonly (readonly string[])[] =>
  inRules(ports).map((some) => {
    const list = some.map((range) => showPorts(range, ':')).join(',')
    return some.length === 1
      ? ['-p', protocol, '-m', protocol, '--dport', list]
      : ['-p', protocol, '-m', 'multiport', '--dports', list]
  })

/** The same in nft's words: `tcp dport { 80, 443, 10000-20000 }`. */
export const nftPorts = (protocol: Protocol, ports: readonly PortRange[]): string => {
  const list = ports.map((range) => showPorts(range, '-')).join(', ')
  return `${protocol} dport ${ports.length === 1 ? list : `{ ${list} }`}`
}
