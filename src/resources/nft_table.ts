import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource, type Change } from '../resource.ts'
import { contents } from '../sh/contents.ts'
import { sh } from '../sh/sh.ts'
import { nfTablesLoaded } from '../sh/nf-tables-loaded.ts'
import { canonicalRule } from './nft-rule-words.ts'
import { canonicalHead, headOf, parseTable, tableText, type Chain } from './nft-table-text.ts'
import { editedSince, removeOwn } from './own-files.ts'
import { replaceFile } from './replace-file.ts'
import { sha256 } from './sha256.ts'

/** The file that a boot loads the table of a family from. */
export const nftFile = (family: 'arp' | 'ip' | 'ip6' | 'inet'): string =>
  `/etc/lbprov/nft-${family}.nft`

const wishedText = (family: string, name: string, chains: readonly Chain[]): string =>
  tableText(
    family,
    name,
    chains.map((chain) => ({ ...chain, head: headOf(chain) })),
  )

// nft takes no name in quotes, and none that its grammar has another use for.
const notAWordOfNft =
  /^(?!(accept|arp|counter|dnat|drop|ether|inet|ip|ip6|limit|log|map|mark|masquerade|meta|redirect|reject|set|snat|type|vlan)$)/

/** nft takes a file whole or not at all; the first line is there so that the second cannot fail. */
const fileText = (family: string, name: string, chains: readonly Chain[]): string =>
  `table ${family} ${name}\ndelete table ${family} ${name}\n${wishedText(family, name, chains)}`

export const nft_table = defineResource({
  name: 'nft_table',
  summary: 'A table of nftables that is all ours, and the file from which it is loaded at boot',
  schema: z.strictObject({
    family: z.enum(['arp', 'ip', 'ip6', 'inet']),
    name: z.literal('lbprov'),
    chains: z
      .array(
        z.strictObject({
          name: z
            .string()
            .regex(/^[a-z]\w*$/, 'must be the name of a chain')
            .regex(notAWordOfNft, "must not be one of nft's own words"),
          type: z.enum(['filter', 'nat']),
          hook: z
            .string()
            .regex(/^(prerouting|input|forward|output|postrouting)$/, 'must be a hook'),
          priority: z.int(),
          rules: z.array(z.string().regex(/^[^\0\n]+$/, 'must be one line')).readonly(),
        }),
      )
      .describe('The whole table; without chains it goes'),
  }),
  id: ({ family, name }) => `${family} ${name}`,
  probe: ({ family, name }) => ({
    live: sh`! ${nfTablesLoaded} || ! command -v nft >/dev/null || nft -s list table ${family} ${name}`,
    saved: contents(nftFile(family)),
  }),
  parse: ({ live, saved }, { family, name, chains }): Found => {
    if (saved.exit !== 0) {
      throw new AnswerError(`cannot read ${nftFile(family)}: ${saved.err.trim()}`)
    }
    const known = { saved: saved.out === '' ? undefined : saved.out }
    if (live.exit !== 0 && /No such file or directory|does not exist/.test(live.err)) {
      return { ...known, live: undefined, text: undefined }
    }
    if (live.exit !== 0) {
      throw new AnswerError(`cannot read the table ${name} of ${family}: ${live.err.trim()}`)
    }
    if (live.out.trim() === '') return { ...known, live: undefined, text: undefined }
    const found = parseTable(live.out)
    const wished = new Map(chains.flatMap(({ rules }) => rules).map((r) => [canonicalRule(r), r]))
    // A rule that is as wished is shown in the words of the wish.
    const shown = found.chains.map((chain) => ({
      ...chain,
      head: canonicalHead(chain.head),
      rules: chain.rules.map((rule) => wished.get(canonicalRule(rule)) ?? rule),
    }))
    const others = found.others.map((line) => `${line}\n`).join('')
    return {
      ...known,
      live: canonical(shown, found.others),
      text: tableText(family, name, shown).replace('{\n', `{\n${others}`),
    }
  },
  files: ({ family, name, chains }) =>
    chains.length === 0 ? [] : [{ path: nftFile(family), text: fileText(family, name, chains) }],
  diff: ({ family, name, chains }, is) => {
    const path = nftFile(family)
    if (chains.length === 0) return [...tableGone(family, name, is), ...fileGone(family, is)]
    const content = fileText(family, name, chains)
    const wished = wishedTable(chains)
    return [
      ...(is.live === wished
        ? []
        : [
            {
              what: whatLives(family, name),
              before: is.text,
              after: wishedText(family, name, chains),
              text: true as const,
              run: sh`printf %s ${content} | nft -f -`,
            },
          ]),
      ...(is.saved === content
        ? []
        : [
            {
              what: path,
              before: is.saved,
              after: content,
              text: true as const,
              run: replaceFile({ path, content: [content], mode: '644' }),
            },
          ]),
    ]
  },
  after: ({ family, name, chains }) =>
    chains.length === 0
      ? { saved: undefined, live: undefined, text: undefined }
      : {
          saved: fileText(family, name, chains),
          live: wishedTable(chains),
          text: wishedText(family, name, chains),
        },
  retire: {
    keep: ({ family, name }) => ({ family, name, chains: [] }),
    wrote: ({ family, name, chains }) =>
      sha256(chains.length === 0 ? '' : fileText(family, name, chains)),
    // The table has our name, whatever stands in it; a file may hold somebody's work.
    back: ({ family, name }, { before, is, wrote }) => {
      const left = editedSince(nftFile(family), is.saved, before.saved, wrote)
      return {
        changes: [
          ...tableGone(family, name, is),
          ...(left.length === 0 ? fileGone(family, is) : []),
        ],
        left,
      }
    },
  },
})

type Family = Parameters<typeof nftFile>[0]

interface Found {
  readonly saved?: string | undefined
  /** Equal for tables that do the same. */
  readonly live?: string | undefined
  readonly text?: string | undefined
}

const whatLives = (family: Family, name: string): string => `nft table ${family} ${name}, live`

const tableGone = (family: Family, name: string, { text }: Found): readonly Change[] =>
  text === undefined
    ? []
    : [
        {
          what: whatLives(family, name),
          before: text,
          after: undefined,
          text: true,
          run: sh`nft delete table ${family} ${name}`,
        },
      ]

const fileGone = (family: Family, { saved }: Found): readonly Change[] =>
  saved === undefined
    ? []
    : [
        {
          what: nftFile(family),
          before: saved,
          after: undefined,
          text: true,
          run: removeOwn(nftFile(family)),
        },
      ]

const wishedTable = (chains: readonly Chain[]): string =>
  canonical(
    chains.map((chain) => ({ ...chain, head: headOf(chain) })),
    [],
  )

/** Equal for tables that do the same. The order of the chains means nothing, that of the rules does. */
const canonical = (
  chains: readonly { name: string; head: string; rules: readonly string[] }[],
  others: readonly string[],
): string =>
  JSON.stringify([
    chains
      .map(({ name, head, rules }) => [name, canonicalHead(head), rules.map(canonicalRule)])
      .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    others,
  ])
