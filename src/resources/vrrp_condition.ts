import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import { nfTablesLoaded } from '../sh/nf-tables-loaded.ts'
import { sh } from '../sh/sh.ts'

/** A chain of `nft list ruleset`: where it stands, and its lines. */
interface Chain {
  readonly family: string
  readonly table: string
  readonly name: string
  readonly lines: readonly string[]
}

interface Block {
  /** What its first line says. */
  readonly words: readonly string[]
  readonly lines: string[]
}

/** The blocks that begin with such a line, up to one that begins with `end`. */
const blocksIn = (lines: readonly string[], begins: RegExp, end: string): readonly Block[] => {
  const blocks: Block[] = []
  let open: Block | undefined
  for (const line of lines) {
    if (open === undefined) {
      const words = begins.exec(line)?.slice(1)
      if (words !== undefined) open = { words, lines: [] }
    } else if (line.startsWith(end)) {
      blocks.push(open)
      open = undefined
    } else open.lines.push(line)
  }
  return blocks
}

const chainsOf = (ruleset: string): readonly Chain[] =>
  blocksIn(ruleset.split('\n'), /^table (\S+) (\S+) \{$/, '}').flatMap(
    ({ words: [family = '', table = ''], lines: body }) =>
      blocksIn(body, /^\tchain (\S+) \{$/, '\t}').map(({ words: [name = ''], lines }) => ({
        family,
        table,
        name,
        // A comment is no rule, whatever words it has.
        lines: lines.map((line) => line.trim().replace(/ comment "[^"]*"/, '')),
      })),
  )

/** What a rule's match leaves over for VRRP: nothing, where it names other protocols or what is no packet of any flow. */
const isOfOthers = (match: string): boolean =>
  /^ct state invalid( counter)? *$|^(?!.*!=).*\b(tcp|udp|sctp|dccp|icmp|icmpv6)\b/.test(match)

const keepsOut = (line: string): boolean => {
  const match = /^(.*?)\b(drop|reject)\b/.exec(line)?.[1]
  return match !== undefined && !isOfOthers(match)
}

const filtersInput = ({ lines }: Chain): boolean =>
  lines.some((line) => /\bhook input\b/.test(line)) && lines.some(keepsOut)

// By name where the host knows it, else by its number (RFC 5798, 5.1.1.4); alone, or in a set.
const vrrp = /\b(l4proto|protocol|nexthdr) (\{[^{}]*\b(vrrp|112)\b|vrrp\b|112\b)/

const letsVrrpIn = ({ lines }: Chain): boolean =>
  lines.some((line) => vrrp.test(line) && /\b(accept|jump|goto)\b/.test(line))

// What iptables and firewalld put there is theirs to open: the kinds of those names do.
const isOfTools = ({ table, name }: Chain): boolean =>
  table === 'firewalld' || (table === 'filter' && name === 'INPUT')

const families: Readonly<Record<4 | 6, string>> = { 4: 'ip', 6: 'ip6' }

export const vrrp_condition = defineResource({
  name: 'vrrp_condition',
  summary: "No nftables chain of somebody else's keeps VRRP out; never changed",
  schema: z.strictObject({
    family: z.union([z.literal(4), z.literal(6)]).describe('Whose adverts must come in'),
  }),
  id: ({ family }) => families[family],
  // A question must load no module: without it there is no rule.
  probe: () => ({
    ruleset: sh`${nfTablesLoaded} && command -v nft >/dev/null || exit 0; nft -s list ruleset`,
  }),
  parse: ({ ruleset }, { family }) => {
    if (ruleset.exit !== 0) {
      throw new AnswerError(`cannot read the packet filter: ${ruleset.err.trim()}`)
    }
    // An accept in a table of ours would not help: the first drop of any table is the last word.
    const inTheWay = chainsOf(ruleset.out).find(
      (chain) =>
        ['inet', families[family]].includes(chain.family) &&
        !isOfTools(chain) &&
        filtersInput(chain) &&
        !letsVrrpIn(chain),
    )
    if (inTheWay === undefined) return
    const { family: of, table, name } = inTheWay
    throw new AnswerError(
      `its nftables chain "${name}" of table ${of} ${table} drops what it does not know, and has no rule for VRRP (protocol 112): both routers would become master. Run "nft insert rule ${of} ${table} ${name} meta l4proto 112 accept" there, put the same rule into the file that nftables.service reads, and run again.`,
    )
  },
  diff: () => [],
})
