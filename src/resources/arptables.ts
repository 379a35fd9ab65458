import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource, type Change } from '../resource.ts'
import { contents } from '../sh/contents.ts'
import { lines, sh, type Sh } from '../sh/sh.ts'
import {
  addedRule,
  listedRules,
  jfName,
  mergedSave,
  silencing,
  withoutFrame,
  type ListedRule,
} from './arp-rules.ts'
import { tableLoaded } from '../sh/xtables.ts'
import { presence, presenceIn, removeMade, removeOwn, type Presence } from './own-files.ts'
import { replaceFile } from './replace-file.ts'

const record = '/etc/lbprov/arptables'

export const arptables = defineResource({
  name: 'arptables',
  summary: 'The rules that keep a real server silent about its VIPs, and no others of ours',
  schema: z.strictObject({
    rules: z
      .array(z.strictObject({ vip: z.ipv4(), source: z.ipv4() }))
      .refine(
        (rules) => new Set(rules.map((rule) => rule.vip)).size === rules.length,
        'must name each VIP once',
      )
      .describe('source: the address of its own that the host names in place of the VIP'),
    saved: z
      .literal('/etc/sysconfig/arptables')
      .optional()
      .describe('The file that arptables.service loads at boot; the rules of others in it stay'),
  }),
  id: () => 'filter',
  probe: ({ saved }) => ({
    // To list a table that is not there would make it.
    live: sh`${tableLoaded('arptables', 'filter')} || exit 0
case $flavour in nft) ! command -v nft >/dev/null || nft list tables arp | grep -q 'arp filter' || exit 0 ;; esac
exec arptables -n -L`,
    record: contents(record),
    saved: saved === undefined ? sh`:` : contents(saved),
    there: saved === undefined ? sh`:` : presence(saved),
  }),
  parse: ({ live, record, saved, there }, { rules, saved: path = '' }): Found => {
    // Rules that only nft can list hold none of ours, so they are in nobody's way while none are wished.
    const foreign = rules.length === 0 && record.out === '' && live.err.includes('incompatible')
    if (live.exit !== 0 && !foreign) {
      throw new AnswerError(`cannot read the ARP rules: ${live.err.trim()}`)
    }
    for (const { exit, err } of [record, saved]) {
      if (exit !== 0)
        throw new AnswerError(`cannot read the ARP rules as they are saved: ${err.trim()}`)
    }
    return {
      live: listedRules(live.out),
      record: record.out,
      saved: saved.out,
      there: presenceIn(path, there),
    }
  },
  files: ({ rules, saved }) =>
    saved === undefined || rules.length === 0
      ? []
      : [{ path: saved, text: mergedSave('', [], rules.flatMap(silencing)) }],
  diff: ({ rules, saved }, is) => {
    const wished = rules.flatMap(silencing)
    const ours = recorded(is)
    const left = without(ours, wished)
    const all = [...new Set([...ours, ...wished])]
    const merged = mergedSave(is.saved, left, wished)
    return [
      // A run that dies half way must leave no rule that nobody knows to be ours.
      ...(all.length > ours.length ? [replaced(record, is.record, recordText(all))] : []),
      ...wished.filter((rule) => !is.live.some((each) => each.rule === rule)).map(addRule),
      ...takeRules(is.live, left),
      ...(saved === undefined || merged === is.saved ? [] : [replaced(saved, is.saved, merged)]),
      ...(left.length > 0 ? [replaced(record, recordText(all), recordText(wished))] : []),
    ]
  },
  after: ({ rules, saved }, is) => {
    const wished = rules.flatMap(silencing)
    const ours = recorded(is)
    const left = without(ours, wished)
    const gone = new Set(left)
    const missing = wished.filter((rule) => !is.live.some((each) => each.rule === rule))
    const all = [...new Set([...ours, ...wished])]
    return {
      live: [
        ...missing.map((rule) => ({ chain: chainOf(rule), rule })),
        ...is.live.filter(({ rule }) => rule === undefined || !gone.has(rule)),
      ],
      record:
        all.length > ours.length || left.length > 0 ? recordText(without(all, left)) : is.record,
      saved: saved === undefined ? is.saved : mergedSave(is.saved, left, wished),
      there: wished.length > 0 ? { file: true, folder: true } : is.there,
    }
  },
  retire: {
    keep: ({ saved }) => ({ rules: [], ...(saved !== undefined && { saved }) }),
    back: ({ saved }, { before, is }) => {
      // What somebody had put there before it was wished is theirs, though the record names it too.
      const ours = (theirs: readonly string[]): readonly string[] =>
        without(recorded(is), without(theirs, recorded(before)))
      const merged = withoutFrame(
        is.saved,
        ours(before.saved.split('\n').flatMap((line) => addedRule(line) ?? [])),
        before.saved,
      )
      return {
        changes: [
          ...takeRules(is.live, ours(before.live.flatMap(({ rule }) => rule ?? []))),
          ...(saved === undefined || merged === is.saved
            ? []
            : [replaced(saved, is.saved, merged, before.there)]),
          ...(is.record === '' ? [] : [replaced(record, is.record, '')]),
        ],
        left: [],
      }
    },
  },
})

interface Found {
  readonly live: readonly ListedRule[]
  readonly record: string
  readonly saved: string
  readonly there: Presence
}

/** Ours, as the record has them. */
const recorded = (is: Found): readonly string[] => [
  ...new Set(is.record.split('\n').flatMap((line) => addedRule(line) ?? [])),
]

const without = (rules: readonly string[], others: readonly string[]): readonly string[] => {
  const out = new Set(others)
  return rules.filter((rule) => !out.has(rule))
}

const recordText = (rules: readonly string[]): string =>
  rules.map((rule) => `-A ${rule}\n`).join('')

/** A text of nothing is a file that goes, unless it was there, empty, `before` us. */
const replaced = (
  path: string,
  from: string,
  to: string,
  before: Presence = { file: false, folder: true },
): Change => ({
  what: path,
  before: from === '' ? undefined : from,
  after: to === '' ? undefined : to,
  text: true,
  run:
    to !== '' || before.file
      ? replaceFile({ path, content: [to], owner: 'root', group: 'root' })
      : path === record
        ? removeOwn(path)
        : removeMade(path, before),
})

const chainOf = (rule: string): string => rule.slice(0, rule.indexOf(' '))
const wordsOf = (rule: string): string => rule.slice(rule.indexOf(' ') + 1)

/** Only the listing says how the chains are called. */
const inChain = (chain: string): Sh =>
  lines(
    sh`listed=$(arptables -n -L) || exit`,
    sh`case $listed in *"Chain "${chain}" "*) chain=${chain} ;; *) chain=${jfName(chain)} ;; esac`,
  )

/** In front: a rule before ours could let everything through. */
const addRule = (rule: string): Change => ({
  what: `arptables ${chainOf(rule)}, live`,
  before: undefined,
  after: wordsOf(rule),
  run: lines(inChain(chainOf(rule)), sh`arptables -I "$chain" ${wordsOf(rule).split(' ')}`),
})

/** Each line once, however often it is listed: all its copies go with it. */
const takeRules = (live: readonly ListedRule[], ours: readonly string[]): readonly Change[] => {
  const out = new Set(ours)
  const found = live.filter(({ rule }) => rule !== undefined && out.has(rule))
  const once = new Map(
    found.map((each) => [JSON.stringify([each.chain, each.line, each.rule]), each] as const),
  )
  return [...once.values()].map(takeRule)
}

/**
 * By its number, the last first, if it was added more than once. By its words arptables 0.0.5 would take the
 * first rule with that address, whatever its --mangle-ip-s: that is right only for one of ours that nobody has
 * listed yet, for it has come in front of all others.
 */
const takeRule = ({ chain, line, rule = '' }: ListedRule): Change => ({
  what: `arptables ${chainOf(rule)}, live`,
  before: wordsOf(rule),
  after: undefined,
  run:
    line === undefined
      ? lines(inChain(chain), sh`arptables -D "$chain" ${wordsOf(rule).split(' ')}`)
      : lines(
          sh`arptables -n -L ${chain} | { n=0; found=`,
          sh`while read -r line; do`,
          sh`case $line in "Chain "* | "target "*) ;; *) n=$((n + 1)); [ "$line" != ${line} ] || found="$n $found" ;; esac`,
          sh`done`,
          sh`for n in $found; do arptables -D ${chain} "$n" || exit; done; }`,
        ),
})
