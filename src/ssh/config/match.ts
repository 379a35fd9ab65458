import { notOneOf, shown } from '../../faults/schema-faults.ts'
import type { Wrong } from './kinds.ts'
import { noNetwork } from './local-network.ts'
import { fitsList } from './patterns.ts'
import { LETTERS } from './tokens.ts'
import { lower, matchWords, type Line, type Word } from './words.ts'

const alone = ['all', 'canonical', 'final'] as const
/** Each takes a word; `true`: not every OpenSSH that lbprov goes along with knows it. */
const comparing = {
  host: false,
  originalhost: false,
  user: false,
  localuser: false,
  exec: false,
  tagged: true,
  localnetwork: true,
  version: true,
  sessiontype: true,
  command: true,
} as const

type Alone = (typeof alone)[number]
type Comparing = keyof typeof comparing

/** One condition of a Match line. */
export type Criterion =
  | { readonly negated: boolean; readonly name: Alone; readonly value?: undefined }
  | { readonly negated: boolean; readonly name: Comparing; readonly value: Word }

const isAlone = (name: string): name is Alone => alone.some((each) => each === name)
const isComparing = (name: string): name is Comparing => Object.hasOwn(comparing, name)

const badToken = ({ text, column }: Word): Wrong | undefined => {
  for (const [, letter = ''] of text.matchAll(/%(.?)/gs))
    if (letter === '' || !`${LETTERS}%`.includes(letter))
      return { column, message: `%${letter} is no token that Match exec knows` }
  return undefined
}

const badNetwork = ({ text, column }: Word): Wrong | undefined => {
  const bad = noNetwork(text)
  return bad === undefined
    ? undefined
    : { column, message: `Match localnetwork: ${shown(bad)} is no network like 192.0.2.0/24` }
}

const wrongWith: Partial<Readonly<Record<Comparing, (value: Word) => Wrong | undefined>>> = {
  exec: badToken,
  localnetwork: badNetwork,
}

/** The words behind Match, and where what is no part of them begins. */
interface Words {
  readonly words: readonly Word[]
  readonly end: number | undefined
}

/** 9.9 and later: as behind any keyword. `host=x` is one word there, and means two. */
const newerWords = ({ words = [] }: Line): Words => ({
  words: words.flatMap((word) => {
    const [, name = '', value = ''] = /^(!?\w+)=(.*)$/s.exec(word.text) ?? []
    const isOne = isComparing(lower(name.replace('!', ''))) && !/^!?sessiontype$/i.test(name)
    return isOne
      ? [
          { text: name, column: word.column },
          { text: value, column: word.column + name.length + 1 },
        ]
      : [word]
  }),
  end: undefined,
})

const olderWords = ({ rest }: Line): Words => {
  const { words, end } = matchWords(rest.text)
  const placed = words.map(({ text, column }) => ({ text, column: rest.column + column - 1 }))
  const isTooMuch = end !== undefined && end < rest.text.length
  return { words: placed, end: isTooMuch ? rest.column + end : undefined }
}

const criteriaIn = ({ words, end }: Words, { rest }: Line): readonly Criterion[] | Wrong => {
  const criteria: Criterion[] = []
  for (let n = 0; n < words.length; n += 1) {
    const { text, column } = words[n] ?? { text: '', column: 1 }
    if (text === '') break
    const negated = text.startsWith('!')
    const name = lower(negated ? text.slice(1) : text)
    const next = words[n + 1]
    if (isAlone(name)) {
      const isLast = next === undefined || next.text === ''
      if (name === 'all' && (!isLast || criteria.length > 1))
        return { column, message: '"all" cannot stand with other conditions of Match' }
      criteria.push({ name, negated })
      continue
    }
    if (!isComparing(name)) {
      const known = [...alone, ...Object.keys(comparing)]
      return { column, message: notOneOf(name, 'a condition of Match', known) }
    }
    const mayBeEmpty = name === 'tagged' || name === 'command'
    if (next === undefined || (next.text === '' && !mayBeEmpty))
      return { column, message: `Match ${name} needs something to compare with` }
    const wrong = wrongWith[name]?.(next)
    if (wrong !== undefined) return wrong
    criteria.push({ name, negated, value: next })
    n += 1
  }
  if (end !== undefined) return { column: end, message: 'this is too much for Match' }
  if (criteria.length === 0) return { column: rest.column, message: 'Match needs a condition' }
  return criteria
}

const meaningOf = (criteria: readonly Criterion[] | Wrong): string =>
  'message' in criteria
    ? ''
    : JSON.stringify(criteria.map(({ name, negated, value }) => [name, negated, value?.text]))

/** The conditions of a Match line; `version`: the installed ssh's, asked for only where it decides how the line is read. */
export const criteriaOf = (
  line: Line,
  version: () => number | undefined,
): readonly Criterion[] | Wrong => {
  const older = criteriaIn(olderWords(line), line)
  const newer = criteriaIn(newerWords(line), line)
  if (meaningOf(older) === meaningOf(newer)) return older
  return (version() ?? ('message' in older ? Infinity : 0)) >= 9.9 ? newer : older
}

/** Whether a line has a word that not every OpenSSH knows. */
export const isDoubtful = (criteria: readonly Criterion[]): boolean =>
  criteria.some(
    ({ name, value }) =>
      value !== undefined && (comparing[name] || (name === 'exec' && value.text.includes('%j'))),
  )

/** What conditions are compared with. */
export interface Subject {
  readonly host: string
  readonly originalHost: string
  readonly user: string
  readonly localUser: string
  readonly tag: string
  /** SessionType, where the files say it. */
  readonly sessionType: string | undefined
  /** The files are read again, with the name that came of it the first time. */
  readonly final: boolean
  /** What the installed ssh calls itself; undefined: there is none. */
  readonly release: () => string | undefined
  /** Its version. */
  readonly version: () => number | undefined
  /** Whether this machine has an address in one of these networks; undefined: only ssh knows. */
  readonly hasAddressIn: (networks: string) => boolean | undefined
  /** Whether a command, its tokens filled in, ends well in a shell; undefined: that is not known yet. */
  readonly exec: (command: Word) => boolean | undefined
}

// Until 10.0 an empty tag was compared as any other.
const fitsTag = (list: string, { tag, version }: Subject): boolean => {
  const fits = fitsList(tag, list, false)
  if (tag !== '' || fits === (list === '')) return fits
  return (version() ?? Infinity) >= 10 ? list === '' : fits
}

// lbprov runs a shell of its own there, whose command is nobody's to know beforehand.
const fitsSession = (list: string, { sessionType }: Subject): boolean => {
  const own = sessionType?.toLowerCase()
  return fitsList(own === undefined || own === 'default' ? 'exec' : own, list, false)
}

const compares = (name: Comparing, value: Word, subject: Subject): boolean | undefined => {
  switch (name) {
    case 'host':
      return fitsList(subject.host, value.text, true)
    case 'originalhost':
      return fitsList(subject.originalHost, value.text, true)
    case 'user':
      return fitsList(subject.user, value.text, false)
    case 'localuser':
      return fitsList(subject.localUser, value.text, false)
    case 'tagged':
      return fitsTag(value.text, subject)
    case 'localnetwork':
      return subject.hasAddressIn(value.text)
    case 'version': {
      const release = subject.release()
      return release === undefined ? undefined : fitsList(release, value.text, false)
    }
    case 'sessiontype':
      return fitsSession(value.text, subject)
    case 'command':
      return value.text === ''
    case 'exec':
      return subject.exec(value)
  }
}

const holds = (criterion: Criterion, subject: Subject): boolean | undefined => {
  if (criterion.value === undefined) return criterion.name === 'all' || subject.final
  return compares(criterion.name, criterion.value, subject)
}

/** Whether all conditions hold. The first that does not ends it: no command is run behind it. Undefined: it is not known. */
export const matches = (criteria: readonly Criterion[], subject: Subject): boolean | undefined => {
  for (const criterion of criteria) {
    const held = holds(criterion, subject)
    if (held === undefined) return undefined
    if (held === criterion.negated) return false
  }
  return true
}
