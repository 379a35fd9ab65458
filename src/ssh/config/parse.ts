import type { Fault } from '../../errors.ts'
import { nearest } from '../../faults/nearest.ts'
import { shown } from '../../faults/schema-faults.ts'
import { knownAlgorithms } from '../algorithms.ts'
import { wrongIn, type Wrong } from './kinds.ts'
import { namesIn } from './algorithm-list.ts'
import type { InstalledSsh } from './installed-ssh.ts'
import { criteriaOf, isDoubtful, type Criterion } from './match.ts'
import { filledIn, isDoubtfulKeyword, optionOf, options, type Option } from './options.ts'
import { fitsList } from './patterns.ts'
import { canBeExpanded, type Environment } from './tokens.ts'
import { lineOf, lower, type Line, type Word } from './words.ts'

export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** An option as one line says it. */
export interface Setting {
  readonly option: Option
  readonly words: readonly string[]
  /** All behind the keyword, as it stands. */
  readonly rest: string
  readonly place: Place
  /** In the user's own file, or -F's, or one that these include. */
  readonly own: boolean
}

/** What only ssh itself may know how to read: who is concerned by it is left to ssh. */
export interface Unclear {
  /** As ssh_config(5) spells it, or as it stands. */
  readonly option: string
  readonly value: string
  readonly place: Place
  /** What is to be said where there is no ssh to be asked. */
  readonly message: string
}

/** What one line does. */
export type Directive =
  | { readonly does: 'set'; readonly setting: Setting }
  | { readonly does: 'host'; readonly patterns: readonly string[] }
  | { readonly does: 'match'; readonly criteria: readonly Criterion[]; readonly place: Place }
  | { readonly does: 'include'; readonly files: readonly (readonly Directive[])[] }
  /** Fine where an IgnoreUnknown before it holds. */
  | { readonly does: 'nothing'; readonly unclear: Unclear }
  /** `opens`: it is a Host or a Match. */
  | { readonly does: 'unclear'; readonly opens: boolean; readonly unclear: Unclear }

const MOST_IGNORED = 2 ** 16
const MOST_UNKNOWN = 1000

/** By ssh_config(5)'s names for the lists, those that every OpenSSH knows. */
const algorithmsOf: ReadonlyMap<string, readonly string[]> = new Map([
  ['Ciphers', knownAlgorithms.cipher],
  ['HostKeyAlgorithms', knownAlgorithms.hostKey],
  ['KexAlgorithms', knownAlgorithms.kex],
  ['MACs', knownAlgorithms.mac],
  ['PubkeyAcceptedAlgorithms', knownAlgorithms.publicKey],
])

/** What every IgnoreUnknown that was read so far says, and which keywords they may cover. */
export class Ignored {
  readonly #lists: string[] = []
  readonly #covered = new Set<string>()
  #length = 0
  #asked = 0

  /** All of them in one. */
  get list(): string {
    return this.#lists.join(',')
  }

  /** Whether it can be remembered. */
  add(list: string): boolean {
    this.#length += list.length + 1
    if (this.#length > MOST_IGNORED) return false
    this.#lists.push(list)
    return true
  }

  mayCover(keyword: string): boolean {
    if (this.#covered.has(keyword)) return true
    this.#asked += 1
    // Nobody has so many; each costs as much as all lists together.
    if (this.#asked > MOST_UNKNOWN) return false
    const covers = this.#lists.some((list) => fitsList(keyword, list, true))
    if (covers) this.#covered.add(keyword)
    return covers
  }
}

/** A file, and all that is of interest while it is read. */
export interface Source {
  readonly file: string
  readonly own: boolean
  readonly env: Environment
  readonly ignored: Ignored
  readonly doubts: Doubts
  readonly ssh: InstalledSsh
  /** The lines of the files that a word of an Include line means. */
  readonly include: (word: Word, place: Place) => readonly (readonly Directive[])[] | Wrong
}

/** What the installed ssh may see otherwise. */
export interface Doubts {
  /** Lines that are wrong, as far as is known here. */
  readonly faults: Fault[]
  /** There are words that it may not know yet. */
  newer: boolean
}

const MOST_GUESSES = 100
const names = ['Host', 'Match', 'Include', ...options.map(({ name }) => name)]

/** What is said of a keyword that nothing is known of; to guess which was meant costs time. */
const unknown = (keyword: string, guess: boolean): string => {
  const meant = guess ? nearest(keyword, names) : undefined
  const question = meant === undefined ? '' : `; did you mean ${meant}?`
  return `${shown(keyword)} is no option of ssh_config(5)${question}`
}

const read = (
  line: Line,
  words: readonly Word[],
  place: Place,
  source: Source,
): Directive | Wrong => {
  const { keyword, rest } = line
  const { own, doubts, ssh } = source
  const name = lower(keyword.text)
  const left = (option: string, message: string): Directive => {
    const unclear = { option, value: rest.text, place, message }
    return { does: 'unclear', opens: false, unclear }
  }
  switch (name) {
    case 'host': {
      const empty = words.find(({ text }) => text === '')
      if (empty !== undefined) return { column: empty.column, message: 'Host has an empty pattern' }
      return { does: 'host', patterns: words.map(({ text }) => text) }
    }
    case 'match': {
      const criteria = criteriaOf(line, ssh.version)
      if ('message' in criteria) return criteria
      doubts.newer ||= isDoubtful(criteria)
      return { does: 'match', criteria, place }
    }
    case 'include': {
      const empty = words.find(({ text }) => text === '')
      if (empty !== undefined) return { column: empty.column, message: 'Include has an empty path' }
      if (hasTokens(rest.text) && isSince(ssh, 9.9))
        return left('Include', 'what is included hangs on the host')
      const files: (readonly Directive[])[] = []
      for (const word of words) {
        const found = source.include(word, place)
        if ('message' in found) return found
        files.push(...found)
      }
      return { does: 'include', files }
    }
  }
  const option = optionOf(name)
  if (option === undefined) {
    const covered = source.ignored.mayCover(name)
    const message = unknown(keyword.text, !covered && doubts.faults.length < MOST_GUESSES)
    // Which IgnoreUnknown holds depends on the host; one that may hold is enough until a host is asked for.
    if (!covered) return { column: place.column, message }
    return { does: 'nothing', unclear: { option: keyword.text, value: rest.text, place, message } }
  }
  doubts.newer ||= isDoubtfulKeyword(name, own) || namesUnknown(option.name, words[0]?.text ?? '')
  const wrong = wrongIn(option.name, option.kind, line, words, source.env)
  if (wrong !== undefined) return wrong
  if (option.name === 'User' && hasTokens(rest.text) && isSince(ssh, 10))
    return left('User', 'its tokens are known to OpenSSH 10 and later')
  if (filledIn.has(option.name) && !canBeExpanded(rest.text, source.env))
    return left(option.name, 'ssh fills in its tokens, and lbprov does not know them all')
  if (option.name === 'IgnoreUnknown' && !source.ignored.add(words[0]?.text ?? ''))
    return {
      column: place.column,
      message: 'the lists of IgnoreUnknown are longer than 64 KiB together',
    }
  const setting = { option, words: words.map(({ text }) => text), rest: rest.text, place, own }
  return { does: 'set', setting }
}

/** Whether a list of algorithms has a name that the installed ssh may not know either; it refuses the whole file then. */
const namesUnknown = (option: string, list: string): boolean => {
  const known = algorithmsOf.get(option)
  return (
    known !== undefined &&
    !list.startsWith('-') &&
    !namesIn(list).every((name) => known.includes(name))
  )
}

const hasTokens = (text: string): boolean => /%|\$\{/.test(text)

const isSince = ({ version }: InstalledSsh, since: number): boolean => (version() ?? 0) >= since

const directive = (line: Line, place: Place, source: Source): Directive | Wrong => {
  const { keyword, rest, words } = line
  if (rest.text === '')
    return { column: keyword.column, message: `${shown(keyword.text)} has no value` }
  if (words === undefined)
    return { column: rest.column, message: 'a quote is opened here and not closed' }
  return read(line, words, place, source)
}

/** The lines of a file; what is wrong goes to the source's doubts. */
export const parse = (text: string, source: Source): readonly Directive[] =>
  text.split('\n').flatMap((raw, n) => {
    const line = lineOf(raw)
    if (line === undefined) return []
    const { keyword, rest } = line
    const place = { file: source.file, line: n + 1, column: keyword.column }
    const result = directive(line, place, source)
    if ('does' in result) return [result]
    const { column, message } = result
    source.doubts.faults.push({ ...place, column, path: '', message })
    const option = optionOf(lower(keyword.text))?.name
    const opens = /^(host|match)$/i.test(keyword.text)
    const unclear = {
      ...{ option: option ?? keyword.text, value: rest.text },
      ...{ place: { ...place, column }, message },
    }
    const isUnknown = option === undefined && !opens && !/^include$/i.test(keyword.text)
    return [isUnknown ? { does: 'nothing', unclear } : { does: 'unclear', opens, unclear }]
  })
