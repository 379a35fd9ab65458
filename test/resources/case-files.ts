import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

import type { Change, Resource, ResourceKind } from '../../src/resource.ts'
import { resourceKinds } from '../../src/resources/index.ts'
import { Secret } from '../../src/secret.ts'
import type { Answer } from '../../src/sh/answer.ts'
import { readYaml } from '../../src/yaml.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

const answer = z.union([
  z.string().transform((out) => ({ exit: 0, out, err: '' })),
  z.strictObject({
    exit: z.int(),
    out: z.string().default(''),
    err: z.string().default(''),
  }),
])

const shownChange = z.strictObject({
  what: z.string(),
  before: z.string().optional(),
  after: z.string().optional(),
  severs: z.literal(true).optional(),
  text: z.literal(true).optional(),
  note: z.string().optional(),
})

const caseFile = z.union([
  z.strictObject({
    should: z.unknown(),
    answers: z.record(z.string(), answer),
    changes: z.array(shownChange),
  }),
  z.strictObject({ should: z.unknown(), answers: z.record(z.string(), answer), error: z.string() }),
  z.strictObject({ should: z.unknown(), refused: z.string() }),
])

/** What a case says of a change. */
export type ShownChange = z.output<typeof shownChange>

/** What a host answered, and what must follow. */
export interface Case {
  readonly name: string
  readonly kind: ResourceKind
  readonly should: unknown
  readonly answers: Readonly<Record<string, Answer>>
  readonly changes: readonly ShownChange[] | undefined
  /** The sentence with which the answers are not understood. */
  readonly error: string | undefined
  /** The sentence with which the wish is refused. */
  readonly refused: string | undefined
}

// In a case file { secret: TEXT } is a secret.
const withSecrets = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withSecrets)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const [key, text] = entries[0] ?? []
  if (entries.length === 1 && key === 'secret' && typeof text === 'string') return new Secret(text)
  return Object.fromEntries(entries.map(([name, each]) => [name, withSecrets(each)]))
}

const readCase = (kind: ResourceKind, file: string): Case => {
  const path = join(folder, kind.name, file)
  const parsed = caseFile.safeParse(readYaml(path, readFileSync(path, 'utf8')).value)
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`)
  const found = parsed.data
  return {
    name: basename(file, '.yaml'),
    kind,
    should: withSecrets(found.should),
    answers: 'answers' in found ? found.answers : {},
    changes: 'changes' in found ? found.changes : undefined,
    error: 'error' in found ? found.error : undefined,
    refused: 'refused' in found ? found.refused : undefined,
  }
}

/** Every folder beside this file. */
export const caseFolders: readonly string[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

/** The cases of a kind: test/resources/KIND/*.yaml. */
export const casesOf = (kind: ResourceKind): readonly Case[] =>
  caseFolders.includes(kind.name)
    ? readdirSync(join(folder, kind.name)).map((file) => readCase(kind, file))
    : []

export const allCases: readonly Case[] = resourceKinds.flatMap(casesOf)

export const bound = ({ kind, should }: Case): Resource => kind.bind(should)

/** A change as a case says it. */
export const asShown = ({ what, before, after, severs, text, note }: Change): ShownChange => ({
  what,
  ...(before !== undefined && { before }),
  ...(after !== undefined && { after }),
  ...(severs === true && { severs }),
  ...(text === true && { text }),
  ...(note !== undefined && { note }),
})
