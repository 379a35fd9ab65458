import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource, type Change } from '../resource.ts'
import { contents } from '../sh/contents.ts'
import { isActive } from '../sh/is-active.ts'
import { lines, sh, type Sh } from '../sh/sh.ts'
import type { Family } from './ip-address.ts'
import {
  editSaved,
  isOnlyOurs,
  putSection,
  sectionOf,
  takenBack,
  wishKey,
  wordsOf,
  type Table,
  type WishedRule,
} from './iptables-save.ts'
import { hasMark, ruleIn, ruleKey, type ListedRule } from './iptables-words.ts'
import { presence, presenceIn, removeMade, type Presence } from './own-files.ts'
import { tableLoaded } from '../sh/xtables.ts'

const tools = { 4: 'iptables', 6: 'ip6tables' } as const

/** Words of iptables(8). */
export const iptablesWords = z
  .array(z.string().regex(/^[^\0\n]+$/, 'must be a word of one line'))
  .readonly()
/** xtables: at most 28 bytes. */
export const chainName = z.string().regex(/^[\w-]{1,28}$/, 'must be the name of a chain')

export const iptables = defineResource({
  name: 'iptables',
  summary: 'Our rules in a table of iptables, live and after a reboot; others are kept',
  schema: z.strictObject({
    family: z.union([z.literal(4), z.literal(6)]),
    table: z.enum(['filter', 'mangle', 'nat']),
    rules: z
      .array(
        z.strictObject({
          chain: chainName,
          match: iptablesWords.describe('As "iptables -S" prints it'),
          target: iptablesWords.describe('As "iptables -S" prints it: [-j, REDIRECT]'),
          first: z.boolean().optional().describe('Before every rule that is there already'),
        }),
      )
      .describe('All that carry the comment lbprov; one that is not wished goes'),
    saved: z
      .string()
      .regex(/^\/[^\0\n]*[^\0\n/]$/, 'must be an absolute path')
      .describe('The file of iptables-save that is restored at boot'),
  }),
  id: ({ family, table }) => (family === 4 ? table : `${table} for IPv6`),
  probe: ({ family, table, saved }) => ({
    live: sh`! ${tableLoaded(tools[family], table)} || exec ${tools[family]} -w -t ${table} -S`,
    saved: contents(saved),
    there: presence(saved),
    firewalld: isActive('firewalld'),
  }),
  parse: ({ live, saved, there, firewalld }, { family, table, rules, saved: path }): Found => {
    const tool = tools[family]
    if (rules.length > 0 && firewalld.out.trim() === 'active') {
      throw new AnswerError(
        `firewalld runs here, and it and ${tool} would sweep each other's rules away; set "arp: firewalld" for a real server or "firewall: firewalld" for a router in the inventory, or run "systemctl disable --now firewalld; systemctl mask firewalld" there, and run again.`,
      )
    }
    // Rules that only nft can list hold none of ours, so they are in nobody's way while none are wished.
    const foreign = rules.length === 0 && live.err.includes('incompatible')
    if (live.exit !== 0 && !foreign) {
      throw new AnswerError(
        `cannot read the ${table} table of ${tool}: ${live.err.trim()}; see what "${tool} -t ${table} -S" says there, and run again.`,
      )
    }
    if (saved.exit !== 0) throw new AnswerError(`cannot read ${path}: ${saved.err.trim()}`)
    sectionOf(path, saved.out, table)
    return {
      live: live.out.split('\n').flatMap((line) => {
        const rule = ruleIn(line)
        return rule !== undefined && hasMark(rule, 'lbprov') ? [rule] : []
      }),
      saved: saved.out,
      there: presenceIn(path, there),
    }
  },
  diff: (should, is) => {
    const { family, table, rules, saved } = should
    const edit = editSaved(saved, is.saved, table, rules, family)
    return [
      ...liveChanges(should, is.live),
      ...(edit === undefined
        ? []
        : [
            {
              what: saved,
              before: is.saved === '' ? undefined : is.saved,
              after: edit.text,
              text: true as const,
              run: putSection(saved, table, edit.section),
            },
          ]),
    ]
  },
  after: ({ family, table, rules, saved }, is) => {
    const text = editSaved(saved, is.saved, table, rules, family)?.text
    return {
      live: reached(rules, is.live, family),
      saved: text ?? is.saved,
      there: text === undefined ? is.there : { file: true, folder: true },
    }
  },
  retire: {
    keep: ({ family, table, saved }) => ({ family, table, saved, rules: [] }),
    back: (kept, { before, is }) => ({
      changes: [...liveChanges(kept, is.live), ...savedBack(kept, before, is)],
      left: [],
    }),
  },
})

interface Found {
  readonly live: readonly ListedRule[]
  readonly saved: string
  readonly there: Presence
}

interface Wish {
  readonly family: Family
  readonly table: Table
  readonly rules: readonly WishedRule[]
  readonly saved: string
}

/** Each wished rule once, as it is listed where it is there. */
const reached = (
  rules: readonly WishedRule[],
  live: readonly ListedRule[],
  family: Family,
): readonly ListedRule[] =>
  [...new Map(rules.map((rule) => [wishKey(rule, family), rule]))].map(
    ([key, rule]) =>
      live.find((each) => ruleKey(each, family) === key) ?? {
        chain: rule.chain,
        words: wordsOf(rule),
      },
  )

// None of our rules severs: they accept, mark, masquerade, or redirect what comes for a VIP, and nobody
// logs in by a VIP.
const liveChanges = (
  { family, table, rules }: Wish,
  live: readonly ListedRule[],
): readonly Change[] => {
  const what = `${tools[family]} ${table}, live`
  const act = (...words: readonly string[]): Sh => sh`${tools[family]} -w -t ${table} ${words}`
  const shown = (chain: string, words: readonly string[]): string =>
    ['-A', chain, ...words].join(' ')

  const there = live.map((rule) => ruleKey(rule, family))
  const wished = rules.map((rule) => wishKey(rule, family))
  const missing = rules.filter(
    (_, n) => !there.includes(wished[n] ?? '') && wished.indexOf(wished[n] ?? '') === n,
  )
  const leftover = live.filter(
    (_, n) => !wished.includes(there[n] ?? '') || there.indexOf(there[n] ?? '') !== n,
  )
  const additions = [
    // Each goes before the one that went first a moment ago.
    ...missing.filter(({ first }) => first === true).reverse(),
    ...missing.filter(({ first }) => first !== true),
  ]
  return [
    ...additions.map((rule) => ({
      what,
      before: undefined,
      after: shown(rule.chain, wordsOf(rule)),
      run: act(
        ...(rule.first === true ? ['-I', rule.chain, '1'] : ['-A', rule.chain]),
        ...wordsOf(rule),
      ),
    })),
    ...leftover.map(({ chain, words }) => ({
      what,
      before: shown(chain, words),
      after: undefined,
      run: act('-D', chain, ...words),
    })),
  ]
}

/** The section goes with our rules where we made it, and so do the file and its folder. */
const savedBack = ({ family, table, saved }: Wish, before: Found, is: Found): readonly Change[] => {
  const edit = takenBack(saved, is.saved, table, family, before.saved)
  const made = !before.there.file || isOnlyOurs(before.saved)
  const text = edit?.text ?? is.saved
  const goes = made && is.there.file && text === ''
  if (edit === undefined && !goes) return []
  // The sections of other tables go in their own turns; the last of them takes the file along.
  const removed = made
    ? sh`[ -s ${saved} ] || { ${removeMade(saved, isOnlyOurs(before.saved) ? gone : before.there)}; }`
    : sh`:`
  return [
    {
      what: saved,
      before: is.saved,
      after: goes ? undefined : text,
      text: true,
      run: edit === undefined ? removed : lines(putSection(saved, table, edit.section), removed),
    },
  ]
}

const gone: Presence = { file: false, folder: false }
