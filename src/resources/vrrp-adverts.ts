import { isIP } from 'node:net'

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

// What is said by all instances, where they do not say it themselves.
const globals = ['vrrp_version', 'vrrp_mcast_group4', 'vrrp_mcast_group6', 'vrrp_strict']

const instance = ({ body }: Statement, version: string | undefined): string => {
  const vips = [...addressesIn(body, 'virtual_ipaddress')].sort()
  const family = familyOf(vips[0] ?? '')
  const spoken = family === 6 ? '3' : (wordOf(body, 'version') ?? version ?? '2')
  const [authentication] = under(body, 'authentication')
  const auth = authentication?.body ?? []
  return JSON.stringify({
    id: wordOf(body, 'virtual_router_id'),
    family,
    version: spoken,
    every: Number(wordOf(body, 'advert_int') ?? 1),
    // Version 3 has no authentication (RFC 5798, 9).
    ...(spoken === '3'
      ? {}
      : { auth: wordOf(auth, 'auth_type'), pass: sha256(wordOf(auth, 'auth_pass') ?? '') }),
    unicast: under(body, 'unicast_peer').some((peers) => peers.body.length > 0),
    vips,
  })
}

/** What a keepalived.conf makes a router say in VRRP. */
export interface Adverts {
  /** A sum over all for which its peers would reject it: equal for all routers that agree, whatever their order. */
  readonly sum: string
  /** Every VIP that it may hold. */
  readonly vips: readonly string[]
}

/**
 * The text is keepalived.conf(5) as lbprov writes it; of what somebody else wrote nothing more is expected than that
 * another text has another sum, where it says something else in VRRP.
 */
export const advertsOf = (text: string): Adverts => {
  const found = statements(text)
  const defs = under(found, 'global_defs').flatMap(({ body }) => body)
  const version = wordOf(defs, 'vrrp_version')
  const instances = under(found, 'vrrp_instance')
  const said = [
    ...globals.flatMap((keyword) => under(defs, keyword).map(({ words }) => words.join(' '))),
    ...under(found, 'include').map(({ words }) => words.join(' ')),
    ...instances.map((each) => instance(each, version)).sort(),
  ]
  return {
    sum: sha256(said.join('\n')),
    vips: [
      ...new Set(
        instances.flatMap(({ body }) => [
          ...addressesIn(body, 'virtual_ipaddress'),
          ...addressesIn(body, 'virtual_ipaddress_excluded'),
        ]),
      ),
    ].sort(),
  }
}
