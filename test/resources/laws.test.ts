import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

import type { Change } from '../../src/resource.ts'
import { resourceKinds } from '../../src/resources/index.ts'
import { Secret, reveal } from '../../src/secret.ts'
import type { Sh } from '../../src/sh/sh.ts'
import { allCases, bound, caseFolders, casesOf, type Case } from './case-files.ts'

const asked = allCases.filter(({ refused }) => refused === undefined)
const judged = asked.filter(({ error }) => error === undefined)
const titled = (cases: readonly Case[]): readonly (readonly [string, Case])[] =>
  cases.map((each) => [`${each.kind.name}: ${each.name}`, each])

const changesOf = (each: Case): readonly Change[] =>
  each.error === undefined ? bound(each).judge(each.answers) : []

const commands = ({ run, ...change }: Change): readonly Sh[] =>
  change.severs === true ? [run, change.undo] : [run]

const fragments = (each: Case): readonly Sh[] => [
  ...Object.values(bound(each).probe),
  ...changesOf(each).flatMap(commands),
]

const secretsIn = (value: unknown): readonly string[] => {
  if (value instanceof Secret) return [reveal(value)]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(secretsIn) : []
}

describe('every kind', () => {
  it('of the folders here is in the list', () => {
    const names = resourceKinds.map(({ name }) => name)
    expect([...caseFolders].sort()).toEqual([...names].sort())
  })

  it.each(resourceKinds.map((kind) => [kind.name, kind] as const))(
    '%s has a case without changes and one with, or one that is refused',
    (_, kind) => {
      const counts = casesOf(kind).flatMap(({ changes }) => changes?.length ?? [])
      expect(counts).toContain(0)
      // A condition changes nothing, ever: it says what must be changed by hand.
      const speaks = casesOf(kind).some(({ error }) => error !== undefined)
      expect(Math.max(...counts) > 0 || speaks).toBe(true)
    },
  )

  it.each(resourceKinds.map((kind) => [kind.name, kind] as const))(
    '%s says itself in one line, and its wish as a JSON schema',
    (_, kind) => {
      expect(kind.summary).toMatch(/^[^\n]{10,100}$/)
      const schema = z.toJSONSchema(kind.schema, { io: 'input', unrepresentable: 'any' })
      expect(schema).toMatchObject({ type: 'object', additionalProperties: false })
    },
  )
})

describe('every case', () => {
  it.each([
    ['dash', ['dash', '-n']],
    ['bash', ['bash', '--posix', '-n']],
    ['busybox', ['busybox', 'sh', '-n']],
  ] as const)('is made of what %s can read', (_, shell) => {
    const folder = mkdtempSync(join(tmpdir(), 'lbprov-laws-'))
    const texts = [...new Set(asked.flatMap(fragments).map(({ text }) => text))]
    for (const [n, text] of texts.entries()) writeFileSync(join(folder, `${String(n)}.sh`), text)
    const loop = 'cd "$1" && shift && for file in *.sh; do "$@" "$file" 2>&1 || cat "$file"; done'
    const complaints = execFileSync('sh', ['-c', loop, 'each', folder, ...shell], {
      encoding: 'utf8',
    })
    rmSync(folder, { recursive: true })
    expect(complaints).toBe('')
    expect(texts.length).toBeGreaterThan(allCases.length)
  })

  it.each(titled(judged))(
    '%s is judged the same twice, and its answers stay as they are',
    (_, each) => {
      const before = structuredClone(each.answers)
      expect(inspect(changesOf(each), { depth: 9 })).toBe(inspect(changesOf(each), { depth: 9 }))
      expect(each.answers).toEqual(before)
    },
  )

  it.each(titled(asked.filter(({ should }) => secretsIn(should).length > 0)))(
    '%s shows no secret but to the host',
    (_, each) => {
      const resource = bound(each)
      const changes = changesOf(each)
      const everything = [
        JSON.stringify([resource, changes]),
        inspect([resource, changes], { depth: 9, showHidden: true }),
        ...fragments(each).flatMap((fragment) => [fragment.shown, String(fragment)]),
      ].join('\n')
      for (const secret of secretsIn(each.should)) expect(everything).not.toContain(secret)
      for (const { run } of changes) expect(run.text).not.toContain('•••')
    },
  )
})
