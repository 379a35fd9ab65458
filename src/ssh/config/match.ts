import { notOneOf } from '../../faults/schema-faults.ts'
import type { Wrong } from './kinds.ts'
import { fitsList } from './patterns.ts'
import { LETTERS } from './tokens.ts'
import { lower, matchWords, type Word } from './words.ts'

const alone = ['all', 'canonical', 'final'] as const
const comparing = ['host', 'originalhost', 'user', 'localuser', 'exec', 'tagged'] as const

type Alone = (typeof alone)[number]
type Comparing = (typeof comparing)[number]

/** One condition of a Match line. */
export type Criterion =
  | { readonly negated: boolean; readonly name: Alone; readonly value?: undefined }
  | { readonly negated: boolean; readonly name: Comparing; readonly value: Word }

const isAlone = (name: string): name is Alone => alone.some((each) => each === name)
const isComparing = (name: string): name is Comparing => comparing.some((each) => each === name)

const badToken = ({ text, column }: Word): Wrong | undefined => {
  for (const [, letter = ''] of text.matchAll(/%(.?)/gs))
    if (letter === '' || !`${LETTERS}%`.includes(letter))
      return { column, message: `%${letter} is no token that Match exec knows` }
  return undefined
}

/** The conditions of a Match line; `rest` is all behind the keyword. */
export const criteriaOf = (rest: Word): readonly Criterion[] | Wrong => {
  const { words, end } = matchWords(rest.text)
  const criteria: Criterion[] = []
  const at = (word: Word): Word => ({ text: word.text, column: rest.column + word.column - 1 })
  for (let n = 0; n < words.length; n += 1) {
    const { text, column } = at(words[n] ?? { text: '', column: 1 })
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
    if (!isComparing(name))
      return { column, message: notOneOf(name, 'a condition of Match', [...alone, ...comparing]) }
    if (next === undefined || next.text === '')
      return { column, message: `Match ${name} needs something to compare with` }
    const value = at(next)
    const bad = name === 'exec' ? badToken(value) : undefined
    if (bad !== undefined) return bad
    criteria.push({ name, negated, value })
    n += 1
  }
  if (end !== undefined && end < rest.text.length)
    return { column: rest.column + end, message: 'this is too much for Match' }
  if (criteria.length === 0) return { column: rest.column, message: 'Match needs a condition' }
  return criteria
}

/** What conditions are compared with. */
export interface Subject {
  readonly host: string
  readonly originalHost: string
  readonly user: string
  readonly localUser: string
  readonly tag: string
  /** The files are read again, with the name that came of it the first time. */
  readonly final: boolean
  /** Runs a command, its tokens filled in, in a shell: whether it ended well. */
  readonly exec: (command: Word) => boolean
}

const compares = (name: Comparing, value: Word, subject: Subject): boolean => {
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
      return fitsList(subject.tag, value.text, false)
    case 'exec':
      return subject.exec(value)
  }
}

const holds = (criterion: Criterion, subject: Subject): boolean => {
  if (criterion.value === undefined) return criterion.name === 'all' || subject.final
  return compares(criterion.name, criterion.value, subject)
}

/** Whether all conditions hold. The first that does not ends it: no command is run behind it. */
export const matches = (criteria: readonly Criterion[], subject: Subject): boolean =>
  criteria.every((criterion) => holds(criterion, subject) !== criterion.negated)
