import { isIP } from 'node:net'

import { lately } from '../lately.ts'
import type { PeerSettings } from '../peer.ts'
import { familyOf, ipAddress } from './ip-address.ts'
import { sha256 } from './sha256.ts'

/** One keyword of keepalived.conf with its words, and what stands in its braces. */
interface Statement {
  readonly words: readonly string[]
  readonly body: Statement[]
}

const statements = (text: string): readonly Statement[] => {
  const root: Statement = { words: [], body: [] }
  const open = [root]
  let words: string[] = []
  const end = (): void => {
    if (words.length > 0) open.at(-1)?.body.push({ words, body: [] })
    words = []
  }
  for (const line of text.split('\n')) {
    for (const word of line.match(/"[^"]*"|\S+/g) ?? []) {
      if (/^[#!]/.test(word)) break
      if (word === '{') {
        end()
        const last = open.at(-1)?.body.at(-1)
        open.push(last ?? root)
      } else if (word === '}') {
        end()
        if (open.length > 1) open.pop()
      } else words.push(word)
    }
    end()
  }
  return root.body
}

const under = (found: readonly Statement[], keyword: string): readonly Statement[] =>
  found.filter(({ words }) => words[0] === keyword)

const wordOf = (found: readonly Statement[], keyword: string): string | undefined =>
  under(found, keyword).at(-1)?.words[1]

const addressesIn = (found: readonly Statement[], keyword: string): readonly string[] =>
  under(found, keyword)
    .flatMap(({ body }) => body)
    .flatMap(({ words: [word = ''] }) => word.split('/')[0] ?? [])
    .filter((word) => isIP(word) !== 0)
    .map((word) => ipAddress.parse(word))

// Settings of all instances, where an instance has none of its own.
const globals = [
  ...['vrrp_version', 'vrrp_mcast_group4', 'vrrp_mcast_group6', 'vrrp_strict'],
  'vrrp_skip_check_adv_addr',
]

interface Instance {
  /** `4/50`: family and virtual_router_id, by which a router knows whose advert it hears. */
  readonly key: string
  /** All for which its peers would reject its adverts. */
  readonly text: string
  /** Every VIP that it may hold, those that no advert names too. */
  readonly vips: readonly string[]
}

const instanceOf = ({ body }: Statement, defs: readonly Statement[]): Instance => {
  const advertised = [...addressesIn(body, 'virtual_ipaddress')].sort()
  const vips = [...advertised, ...addressesIn(body, 'virtual_ipaddress_excluded')]
  const isSix = familyOf(vips[0] ?? '') === 6 || under(body, 'native_ipv6').length > 0
  const version = isSix ? '3' : (wordOf(body, 'version') ?? wordOf(defs, 'vrrp_version') ?? '2')
  const [authentication] = under(body, 'authentication')
  const auth = authentication?.body ?? []
  return {
    key: `${isSix ? '6' : '4'}/${wordOf(body, 'virtual_router_id') ?? ''}`,
    vips,
    text: JSON.stringify({
      version,
      every: Number(wordOf(body, 'advert_int') ?? 1),
      // Version 3 has no authentication (RFC 5798, 9).
      ...(version === '3'
        ? {}
        : { auth: wordOf(auth, 'auth_type'), pass: sha256(wordOf(auth, 'auth_pass') ?? '') }),
      unicast: under(body, 'unicast_peer').some((peers) => peers.body.length > 0),
      vips: advertised,
      all: globals.flatMap((keyword) => under(defs, keyword).map(({ words }) => words.join(' '))),
    }),
  }
}

// keepalived.conf(5): other files, conditions by router, and definitions with values of their own.
const isUnread = ({ words: [word = ''] }: Statement): boolean =>
  word === 'include' || /^[@$~]/.test(word)

const unreadIn = (found: readonly Statement[]): readonly string[] =>
  found.flatMap((each) => [
    ...(isUnread(each) ? [each.words.join(' ')] : []),
    ...unreadIn(each.body),
  ])

/** What a keepalived.conf makes a router tell the others in VRRP. */
export interface VrrpSettings {
  /**
   * By virtual router (`4/50`) a checksum over all for which its peers would reject its adverts, by VIP the virtual router
   * that it belongs to, and a checksum over what is not read here. Equal for all routers that agree, whatever their order;
   * without blanks, and without the password.
   */
  readonly peer: PeerSettings
  /** Every VIP that it may hold. */
  readonly vips: readonly string[]
}

const short = (text: string): string => sha256(text).slice(0, 32)

/**
 * The text is keepalived.conf(5) as lbprov writes it; of what somebody else wrote nothing more is expected than that
 * texts that routers would reject have other values.
 */
export const vrrpSettings = lately((text: string): VrrpSettings => {
  const found = statements(text)
  const defs = under(found, 'global_defs').flatMap(({ body }) => body)
  const instances = under(found, 'vrrp_instance').map((each) => instanceOf(each, defs))
  const keys = [...new Set(instances.map(({ key }) => key))].sort()
  const vips = [...new Set(instances.flatMap((each) => each.vips))].sort()
  const of = (key: string): string =>
    instances
      .filter((each) => each.key === key)
      .map((each) => each.text)
      .sort()
      .join('\n')
  const ofVip = (vip: string): string =>
    instances
      .filter((each) => each.vips.includes(vip))
      .map(({ key }) => key)
      .sort()
      .join()
  return {
    peer: Object.fromEntries([
      ...keys.map((key) => [key, short(of(key))]),
      ...vips.map((vip) => [vip, ofVip(vip)]),
      ['unread', short(unreadIn(found).join('\n'))],
    ]) as PeerSettings,
    vips,
  }
})
