import type { z } from 'zod'
import type { Fault } from '../errors.ts'
import { inPath, inQuotes } from '../printable.ts'
import { hint, nearest } from './nearest.ts'
import { keysAt } from './schema-keys.ts'
import type { Document, Path } from '../yaml.ts'

type Issue = z.core.$ZodIssue

const shapes: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
}

/** `routers.lb1.priority`; what a terminal might obey is taken out. */
export const showPath = (path: Path): string => path.map((step) => inPath(String(step))).join('.')

/** A value as a person wrote it, short enough for a sentence. */
export const shown = (value: unknown): string => {
  if (typeof value === 'string') return inQuotes(value)
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'a map'
}

/** The sentence for a word that is none of a list: `"wr" is not a scheduler; did you mean "wrr"? …`. */
export const notOneOf = (value: unknown, noun: string, words: readonly string[]): string => {
  const meant = typeof value === 'string' ? nearest(value, words) : undefined
  const question = meant === undefined ? '' : `; did you mean "${meant}"?`
  return `${shown(value)} is not ${noun}${question} (one of: ${words.join(', ')})`
}

const isMissing = (root: unknown, path: Path): boolean => {
  let value = root
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return true
    value = (value as Readonly<Record<PropertyKey, unknown>>)[step]
  }
  return false
}

const valueAt = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? (value as Readonly<Record<PropertyKey, unknown>>)[step]
        : undefined,
    root,
  )

// How far a branch of a union is from what was written: another kind of value, another word, or faults within.
const KIND = 1000
const WORD = 500
const misses = (branch: readonly Issue[]): number =>
  branch.reduce((sum, issue) => {
    if (issue.path.length > 0) return sum + (issue.code === 'invalid_value' ? 100 : 1)
    if (issue.code === 'invalid_union') return sum + Math.min(KIND, ...issue.errors.map(misses))
    if (issue.code === 'invalid_type') return sum + KIND
    return sum + (issue.code === 'invalid_value' ? WORD : 1)
  }, 0)

const flat = (issue: Issue, base: Path = []): readonly Issue[] => {
  const path = [...base, ...issue.path]
  if (issue.code !== 'invalid_union') return [{ ...issue, path }]
  const far = issue.errors.map(misses)
  const best = Math.min(KIND, ...far)
  const meant = issue.errors[far.indexOf(best)]
  if (meant === undefined || best >= (isOwn(issue) ? WORD : KIND)) return [{ ...issue, path }]
  return meant.flatMap((inner) => flat(inner, path))
}

// zod's own sentences begin so; any other text was written in the schema, for the operator.
const isOwn = ({ message }: Issue): boolean => !/^(Invalid|Too|Unrecognized) /.test(message)

const wanted = (issue: Issue): readonly string[] => {
  if (issue.code === 'invalid_type') return [shapes[issue.expected] ?? issue.expected]
  if (issue.code === 'invalid_value') return issue.values.map((value) => shown(value))
  if (issue.code === 'invalid_union') return issue.errors.flat().flatMap(wanted)
  return []
}

const wrongKind = (issue: Issue, value: unknown): string => {
  const wishes = [...new Set(wanted(issue))].join(' or ')
  if (value === null || value === undefined)
    return `has no value; needs ${wishes}${wishes === 'a map' ? ' (an empty one is {})' : ''}`
  const quote =
    wishes.startsWith('text') && (typeof value === 'number' || typeof value === 'boolean')
  return `needs ${wishes}, not ${shown(value)}${quote ? `; put it in quotes: "${String(value)}"` : ''}`
}

const ruled = (issue: Issue, value: unknown, noun: string): string => {
  if (value === null && /\bnothing\b/.test(issue.message)) return wrongKind(issue, value)
  if (isOwn(issue)) return issue.message
  if (issue.code === 'invalid_type' || issue.code === 'invalid_union')
    return wrongKind(issue, value)
  if (issue.code === 'invalid_value')
    return notOneOf(value, `a value for "${noun}"`, issue.values.map(String))
  const isNumber = typeof value === 'number'
  if (issue.code === 'too_small')
    return isNumber ? `${shown(value)} is too small: at least ${String(issue.minimum)}` : 'is empty'
  if (issue.code === 'too_big')
    return `${isNumber ? `${shown(value)} is too big` : 'is too long'}: at most ${String(issue.maximum)}`
  return `${shown(value)} is not a value for "${noun}"`
}

const MOST_HINTS = 100

type Saying = readonly [path: Path, message: string, at: 'key' | 'value']

const sayings = (issue: Issue, value: unknown, schema?: z.core.$ZodType): readonly Saying[] => {
  const parent = issue.path.slice(0, -1)
  const name = issue.path.findLast((step) => typeof step === 'string') ?? 'value'
  if (issue.code === 'unrecognized_keys') {
    const known = schema === undefined ? [] : keysAt(schema, issue.path)
    return issue.keys.map((key, n): Saying => {
      // Nobody reads a hundred guesses, and each costs as much as a hundred sentences.
      const end = schema === undefined || n >= MOST_HINTS ? '' : hint(key, known)
      return [[...issue.path, key], `unknown key ${shown(key)}${end}`, 'key']
    })
  }
  if (issue.code === 'invalid_key')
    return issue.issues.map((inner): Saying => [issue.path, ruled(inner, name, 'key'), 'key'])
  if (issue.path.length > 0 && isMissing(value, issue.path))
    return [[parent, `needs "${name}"`, 'value']]
  return [[issue.path, ruled(issue, valueAt(value, issue.path), name), 'value']]
}

/** zod's issues as an operator's sentences, each at its place, sorted by line. The schema is asked for the right keys. */
export const schemaFaults = (
  document: Document,
  error: { readonly issues: readonly Issue[] },
  schema?: z.core.$ZodType,
): readonly Fault[] => {
  const issues = error.issues.flatMap((issue) => flat(issue))
  const strange = new Set(
    issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join('.')),
  )
  const faults = issues
    // What a map lacks as a whole may well be what its unknown key was meant to be.
    .filter(({ code, path }) => code !== 'custom' || !strange.has(path.join('.')))
    .flatMap((issue) => sayings(issue, document.value, schema))
    .map(([path, message, at]): Fault => {
      const { line, column, path: found } = document.locate(path, at)
      return { file: document.file, line, column, path: showPath(found), message }
    })
  return inOrder(faults)
}

/** Faults by line and column, each said once. */
export const inOrder = (faults: readonly Fault[]): readonly Fault[] => {
  const seen = new Map(
    faults.map((fault) => [
      [fault.line, fault.column, fault.path, fault.message].join('\u0000'),
      fault,
    ]),
  )
  return [...seen.values()].sort((a, b) => a.line - b.line || a.column - b.column)
}
