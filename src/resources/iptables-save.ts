import { AnswerError } from '../errors.ts'
import type { Family } from './ip-address.ts'
import { lines, sh, type Sh } from '../sh/sh.ts'
import { hasMark, marked, ruleIn, ruleKey } from './iptables-words.ts'
import { putInPlace } from './replace-file.ts'

export type Table = 'filter' | 'mangle' | 'nat'

/** A rule as it is wished; its words are those of `iptables -S`. */
export interface WishedRule {
  readonly chain: string
  readonly match: readonly string[]
  readonly target: readonly string[]
  readonly first?: boolean | undefined
}

/** What `-A` and `-D` take, without the chain. */
export const wordsOf = ({ match, target }: WishedRule): readonly string[] => [
  ...match,
  ...marked('lbprov'),
  ...target,
]

export const wishKey = (rule: WishedRule, family: Family): string =>
  ruleKey({ chain: rule.chain, words: wordsOf(rule) }, family)

// iptables(8); the nat table has INPUT since Linux 2.6.36.
const builtIn: Readonly<Record<Table, readonly string[]>> = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
}

const emptySection = (table: Table): readonly string[] => [
  `*${table}`,
  ...builtIn[table].map((chain) => `:${chain} ACCEPT [0:0]`),
  'COMMIT',
]

const asLine = (rule: WishedRule): string =>
  ['-A', rule.chain, ...wordsOf(rule)]
    .map((word) => (/^[\w@%+:,./!-]+$/.test(word) ? word : `"${word.replace(/["\\]/g, '\\$&')}"`))
    .join(' ')

/** The section with our rules exactly as wished, and every other line as it was. */
const edited = (
  section: readonly string[],
  rules: readonly WishedRule[],
  family: Family,
): readonly string[] => {
  const wished = new Set(rules.map((rule) => wishKey(rule, family)))
  const there = new Set<string>()
  const kept = section.filter((line) => {
    const rule = ruleIn(line)
    if (rule === undefined || !hasMark(rule, 'lbprov')) return true
    const key = ruleKey(rule, family)
    const stays = wished.has(key) && !there.has(key)
    there.add(key)
    return stays
  })
  const missing = rules.filter((rule) => !there.has(wishKey(rule, family)))
  const firstRule = kept.findIndex((line) => ruleIn(line) !== undefined)
  const top = firstRule === -1 ? kept.length - 1 : firstRule
  return [
    ...kept.slice(0, top),
    ...missing.filter(({ first }) => first === true).map(asLine),
    ...kept.slice(top, -1),
    ...missing.filter(({ first }) => first !== true).map(asLine),
    ...kept.slice(-1),
  ]
}

export interface SavedEdit {
  /** The whole file as it will be. */
  readonly text: string
  /** The edited table alone, each line ended. */
  readonly section: string
}

/** Where a section is in the lines of a file: from its `*table` to its COMMIT. */
interface Section {
  readonly all: readonly string[]
  readonly begin: number
  readonly end: number
}

/**
 * The section of a table in a file of iptables-save; undefined: there is none.
 * @throws AnswerError for a file in which the table has no end, or stands twice
 */
export const sectionOf = (path: string, text: string, table: Table): Section | undefined => {
  const all = linesOf(text)
  const begin = all.indexOf(`*${table}`)
  const end = all.indexOf('COMMIT', begin)
  if (begin === -1) return undefined
  if (end === -1 || all.includes(`*${table}`, begin + 1)) {
    throw new AnswerError(
      `${path} is not as iptables-save writes it: its table ${table} ${end === -1 ? 'has no COMMIT' : 'stands there twice'}; mend it by hand and run again.`,
    )
  }
  return { all, begin, end }
}

const linesOf = (text: string): readonly string[] =>
  text === '' ? [] : text.replace(/\n$/, '').split('\n')

/** The saved file of iptables-restore(8) with our rules of one table as wished; undefined: they are so already. */
export const editSaved = (
  path: string,
  text: string,
  table: Table,
  rules: readonly WishedRule[],
  family: Family,
): SavedEdit | undefined => {
  const found = sectionOf(path, text, table)
  if (found === undefined) {
    if (rules.length === 0) return undefined
    const section = edited(emptySection(table), rules, family)
    return { text: ended([...linesOf(text), ...section]), section: ended(section) }
  }
  const { all, begin, end } = found
  const old = all.slice(begin, end + 1)
  const section = edited(old, rules, family)
  if (section.join('\n') === old.join('\n')) return undefined
  const whole = [...all.slice(0, begin), ...section, ...all.slice(end + 1)]
  return { text: ended(whole), section: ended(section) }
}

/** It does nothing: the frame of a section, or a chain of the kernel's own that accepts. */
const isBare = (line: string): boolean =>
  /^(\*[a-z]+|COMMIT|:[A-Z]+ ACCEPT \[\d+:\d+\])$/.test(line)

const isOurRule = (line: string): boolean => {
  const rule = ruleIn(line)
  return rule !== undefined && hasMark(rule, 'lbprov')
}

/** Nothing but what lbprov puts there: it made the file, whether it remembers it or not. */
export const isOnlyOurs = (text: string): boolean =>
  text !== '' && linesOf(text).every((line) => isBare(line) || isOurRule(line))

/** The file without our rules of a table, and without its section where `before` had none; undefined: it is so already. */
export const takenBack = (
  path: string,
  text: string,
  table: Table,
  family: Family,
  before: string,
): SavedEdit | undefined => {
  const edit = editSaved(path, text, table, [], family)
  const found = sectionOf(path, edit?.text ?? text, table)
  if (found === undefined || linesOf(before).includes(`*${table}`)) return edit
  const { all, begin, end } = found
  if (!all.slice(begin, end + 1).every(isBare)) return edit
  return { text: ended([...all.slice(0, begin), ...all.slice(end + 1)]), section: '' }
}

const ended = (each: readonly string[]): string => each.map((line) => `${line}\n`).join('')

/**
 * Puts the section in the file's place for it, on the host: other tables of the same file may have been
 * edited since it was read. At every moment the path holds the old bytes or the new ones; a new file is
 * for root alone, as iptables.service has it.
 */
export const putSection = (path: string, table: Table, section: string): Sh =>
  lines(
    sh`spliced() {
  found=before
  while IFS= read -r line || [ -n "$line" ]; do
    case $found:$line in
      before:${`*${table}`}) printf %s ${section}; found=within ;;
      within:COMMIT) found=after ;;
      within:*) ;;
      *) printf '%s\n' "$line" ;;
    esac
  done
  if [ $found = before ]; then printf %s ${section}; fi
}`,
    putInPlace(
      path,
      lines(
        sh`lbprov_hold`,
        // Some shells report a full disk only in what is there afterwards.
        sh`{ spliced <"$held" >"$new" && [ "$(spliced <"$held" | cksum)" = "$(cksum <"$new")" ]; } || { echo "$at/$name could not be written whole; is its disk full?" >&2; exit 1; }`,
        // A new one is for root alone.
        sh`mode=; [ -e "$old" ] || mode=600`,
      ),
      { mode: sh`"$mode"` },
    ),
  )
