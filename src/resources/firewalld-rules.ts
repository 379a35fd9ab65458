import { familyOf, type Family } from './ip-address.ts'
import { hasMark, marked, ruleKey, splitWords, type ListedRule } from './iptables-words.ts'

/** A rule of firewalld's, and the options of firewall-cmd(1) that put it there and take it away. */
export interface Rule {
  /** Equal for two spellings of one rule. */
  readonly key: string
  readonly shown: string
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

/** A rich rule also has a line in our record, for nothing in it says whose it is: `public rule …`. */
export type RichRule = Rule & { readonly line: string }

const families = { ipv4: 4, ipv6: 6 } as const
const names = { 4: 'ipv4', 6: 'ipv6' } as const

const directRule = (
  family: Family,
  table: string,
  priority: string,
  { chain, words }: ListedRule,
): Rule => {
  const arguments_ = [names[family], table, chain, priority, ...words]
  return {
    key: `${names[family]} ${table} ${priority} ${ruleKey({ chain, words }, family)}`,
    shown: arguments_.join(' '),
    add: ['--direct', '--add-rule', ...arguments_],
    remove: ['--direct', '--remove-rule', ...arguments_],
  }
}

export interface WishedDirect {
  readonly family: Family
  readonly table: string
  readonly chain: string
  readonly match: readonly string[]
  readonly target: readonly string[]
}

export const wishedDirect = ({ family, table, chain, match, target }: WishedDirect): Rule =>
  directRule(family, table, '0', {
    chain,
    words: [...match, ...marked('lbprov-firewalld'), ...target],
  })

/** Our rules of `--direct --get-all-rules`: `ipv4 nat PREROUTING 0 -d …`. */
export const ourDirectRules = (listing: string): readonly Rule[] =>
  listing.split('\n').flatMap((line) => {
    const [name, table, chain, priority, ...words] = splitWords(line)
    if (name !== 'ipv4' && name !== 'ipv6') return []
    if (table === undefined || chain === undefined || priority === undefined) return []
    const rule = { chain, words }
    return hasMark(rule, 'lbprov-firewalld')
      ? [directRule(families[name], table, priority, rule)]
      : []
  })

export interface Redirect {
  readonly address: string
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  /** `80` or `10000-20000`. */
  readonly port: string
}

/** The guide's rule (RHEL 7, 3.2.2). */
export const directRedirect = ({ address, protocol, port }: Redirect): Rule =>
  wishedDirect({
    family: familyOf(address),
    table: 'nat',
    chain: 'PREROUTING',
    match: ['-d', address, '-p', protocol, '-m', protocol, '--dport', port.replace('-', ':')],
    target: ['-j', 'REDIRECT'],
  })

/** A line of our record as a rule. */
export const richRule = (line: string): RichRule => {
  const blank = line.indexOf(' ')
  const zone = line.slice(0, blank)
  const rule = line.slice(blank + 1)
  return {
    key: line,
    line,
    shown: `zone ${zone}: ${rule}`,
    add: [`--zone=${zone}`, `--add-rich-rule=${rule}`],
    remove: [`--zone=${zone}`, `--remove-rich-rule=${rule}`],
  }
}

// Words and their order are those in which firewalld prints a rule (firewalld.richlanguage(5)).

/** A port that is forwarded to no address goes to the host itself. */
export const richRedirect = (zone: string, { address, protocol, port }: Redirect): RichRule =>
  richRule(
    `${zone} rule family="${names[familyOf(address)]}" destination address="${address}" forward-port port="${port}" protocol="${protocol}" to-port="${port}"`,
  )

export const richAccept = (zone: string, family: Family, protocol: string): RichRule =>
  richRule(`${zone} rule family="${names[family]}" protocol value="${protocol}" accept`)

/** Each line of `--list-all-zones` that is inside a zone. */
const zoneLines = (listing: string): readonly (readonly [zone: string, line: string])[] => {
  let zone = ''
  return listing.split('\n').map((line) => {
    const [name] = /^\S+/.exec(line) ?? []
    if (name !== undefined) zone = name
    return [zone, line] as const
  })
}

/** The rich rules of `--list-all-zones`, as lines of our record are. */
export const richLines = (listing: string): readonly string[] =>
  zoneLines(listing).flatMap(([zone, line]) => {
    const rule = /^\s+(rule .*\S)\s*$/.exec(line)?.[1]
    return rule === undefined ? [] : [`${zone} ${rule}`]
  })

/** The devices that `--list-all-zones` names, each with its zone. */
export const zonedDevices = (
  listing: string,
): readonly (readonly [device: string, zone: string])[] =>
  zoneLines(listing).flatMap(([zone, line]) => {
    const devices = /^\s+interfaces: (.*)$/.exec(line)?.[1] ?? ''
    return [...devices.matchAll(/\S+/g)].map(([device]) => [device, zone] as const)
  })
