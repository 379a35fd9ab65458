import type { Fault } from '../../errors.ts'
import { nearest } from '../../faults/nearest.ts'
import { shown } from '../../faults/schema-faults.ts'
import { wrongIn, type Wrong } from './kinds.ts'
import { criteriaOf, type Criterion } from './match.ts'
import { optionOf, options, type Option } from './options.ts'
import { fitsList } from './patterns.ts'
import type { Environment } from './tokens.ts'
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

/** What one line does. */
export type Directive =
  | { readonly does: 'set'; readonly setting: Setting }
  | { readonly does: 'host'; readonly patterns: readonly string[] }
  | { readonly does: 'match'; readonly criteria: readonly Criterion[]; readonly place: Place }
  | { readonly does: 'include'; readonly files: readonly (readonly Directive[])[] }
  /** Fine where an IgnoreUnknown before it holds. */
  | { readonly does: 'nothing'; readonly keyword: string; readonly place: Place }

const MOST_IGNORED = 2 ** 16
const MOST_UNKNOWN = 1000

/** What every IgnoreUnknown that was read so far says, and which keywords they may cover. */
export class Ignored {
  readonly #lists: string[] = []
  readonly #covered = new Set<string>()
  #length = 0
  #asked = 0

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
  readonly faults: Fault[]
  /** The lines of the files that a word of an Include line means. */
  readonly include: (word: Word, place: Place) => readonly (readonly Directive[])[]
}

const MOST_GUESSES = 100
const names = ['Host', 'Match', 'Include', ...options.map(({ name }) => name)]

/** What is said of a keyword that nothing is known of; to guess which was meant costs time. */
export const unknown = (keyword: string, guess: boolean): string => {
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
  const own = source.own
  const name = lower(keyword.text)
  switch (name) {
    case 'host': {
      const empty = words.find(({ text }) => text === '')
      if (empty !== undefined) return { column: empty.column, message: 'Host has an empty pattern' }
      return { does: 'host', patterns: words.map(({ text }) => text) }
    }
    case 'match': {
      const criteria = criteriaOf(rest)
      return 'message' in criteria ? criteria : { does: 'match', criteria, place }
    }
    case 'include': {
      const empty = words.find(({ text }) => text === '')
      if (empty !== undefined) return { column: empty.column, message: 'Include has an empty path' }
      return { does: 'include', files: words.flatMap((word) => source.include(word, place)) }
    }
  }
  const option = optionOf(name)
  if (option === undefined) {
    // Which IgnoreUnknown holds depends on the host; one that may hold is enough until a host is asked for.
    if (source.ignored.mayCover(name)) return { does: 'nothing', keyword: name, place }
    const guess = source.faults.length < MOST_GUESSES
    return { column: place.column, message: unknown(keyword.text, guess) }
  }
  const wrong = wrongIn(option.name, option.kind, line, words, source.env)
  if (wrong !== undefined) return wrong
  if (option.name === 'IgnoreUnknown' && !source.ignored.add(words[0]?.text ?? ''))
    return {
      column: place.column,
      message: 'the lists of IgnoreUnknown are longer than 64 KiB together',
    }
  const setting = { option, words: words.map(({ text }) => text), rest: rest.text, place, own }
  return { does: 'set', setting }
}

const directive = (line: Line, at: number, source: Source): Directive | Wrong => {
  const { keyword, rest, words } = line
  const place = { file: source.file, line: at, column: keyword.column }
  if (rest.text === '')
    return { column: keyword.column, message: `${shown(keyword.text)} has no value` }
  if (words === undefined)
    return { column: rest.column, message: 'a quote is opened here and not closed' }
  return read(line, words, place, source)
}

/** The lines of a file; what is wrong goes to the source's faults. */
export const parse = (text: string, source: Source): readonly Directive[] => {
  const found: Directive[] = []
  for (const [n, raw] of text.split('\n').entries()) {
    const line = lineOf(raw)
    if (line === undefined) continue
    const result = directive(line, n + 1, source)
    if ('does' in result) found.push(result)
    else
      source.faults.push({
        file: source.file,
        line: n + 1,
        column: result.column,
        path: '',
        message: result.message,
      })
  }
  return found
}
