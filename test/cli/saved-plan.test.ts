import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { openPlan, savePlan, type Approved } from '../../src/cli/saved-plan.ts'
import type { Wish } from '../../src/cli/files.ts'
import { WishError } from '../../src/errors.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { readPlaybook } from '../../src/playbook/read.ts'
import { Secret } from '../../src/secret.ts'
import { sh } from '../../src/sh/sh.ts'
import { change, host, plan } from '../ui/plan-of.ts'

const read = (file: string): string => readFileSync(file, 'utf8')
const means = { home: '/root', secret: () => new Secret('passw123'), source: () => undefined }
const wish: Wish = {
  file: 'nat.yaml',
  cluster: readInventory('nat.yaml', read('inventory/nat.yaml'), means).cluster,
  playbook: readPlaybook('nat.yaml', read('playbooks/nat.yaml'), () => undefined),
  owner: 'lbprov',
  sources: ['one', 'other'],
  warnings: [],
}
const asIs = (text: string): string => text
const undo = sh`ip addr del 10.0.0.1/24 dev eth0`
const now = plan(
  host('lb1', change('ip_forward, live', { before: '0', after: '1', note: 'for a while' })),
  host('rs1', change('address on eth0, live', { severs: true, undo }), change('/etc/a')),
  host('rs2'),
)

let folder = ''
let file = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lbprov-plan-'))
  file = join(folder, 'plan.json')
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const saved = (): string => {
  savePlan(file, wish, { limit: 'lb*', phase: ['web'] }, now)
  return read(file)
}
const opened = (text: string): Approved => {
  writeFileSync(file, text)
  return openPlan(file, wish)
}
const refusal = (text: string): string => {
  try {
    opened(text)
  } catch (error) {
    if (error instanceof WishError) return error.message.replaceAll(file, 'FILE')
    throw error
  }
  throw new Error('it was taken')
}

/** Every place in a JSON text where something may be put in the place of what is there. */
const placesIn = (value: unknown, path: readonly string[] = []): readonly (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? [path, ...Object.entries(value).flatMap(([key, each]) => placesIn(each, [...path, key]))]
    : [path]

const withOther = (
  value: unknown,
  [first, ...rest]: readonly string[],
  other: unknown,
): unknown => {
  if (first === undefined) return other
  const put = (key: string, each: unknown): unknown =>
    key === first ? withOther(each, rest, other) : each
  return Array.isArray(value)
    ? value.map((each: unknown, n) => put(String(n), each))
    : Object.fromEntries(
        Object.entries(value as object).map(([key, each]) => [key, put(key, each)]),
      )
}

describe('a saved plan', () => {
  it('is the plan that was saved', () => {
    const { limit, phase, moved } = opened(saved())
    expect([limit, phase, moved(now, asIs)]).toEqual(['lb*', ['web'], new Map()])
    const other = plan(
      host('lb1', change('ip_forward, live', { before: '2', after: '1', note: 'for a while' })),
      ...(now.phases[0]?.hosts.slice(1) ?? []),
    )
    expect([...moved(other, asIs).keys()]).toEqual(['lb1'])
  })

  it.each([
    ['plan', { phases: [null] }, 'plan.phases.0'],
    ['plan', { phases: [{}] }, 'plan.phases.0.name'],
    ['plan', { phases: [{ name: 'x', hosts: 5 }] }, 'plan.phases.0.hosts'],
    [
      'plan',
      { phases: [{ name: 'x', hosts: [{ host: 'lb1' }] }] },
      'plan.phases.0.hosts.0.changes',
    ],
    [
      'plan',
      { phases: [{ name: 'x', hosts: [{ host: 'lb1', changes: [null] }] }] },
      'plan.phases.0.hosts.0.changes.0',
    ],
    ['plan', null, 'plan'],
    ['phases', [1], 'phases.0'],
    ['wish', 7, 'wish'],
  ])('with %s %j is damaged, and the sentence says where', (key, value, where) => {
    const found = JSON.parse(saved()) as object
    expect(refusal(JSON.stringify({ ...found, [key]: value }))).toBe(
      `FILE: this plan is damaged at ${where}, or was edited; make a new one with "lbprov plan INVENTORY -o FILE".`,
    )
  })

  it('of another version, or none at all, is said so', () => {
    expect(refusal(saved().replace('"lbprov": 1', '"lbprov": 2'))).toBe(
      'FILE: another version of lbprov saved this plan, in a way that this one does not read; make a new one with "lbprov plan INVENTORY -o FILE".',
    )
    for (const text of ['', '{}', '[]', 'null', '{"lbprov":"1"}', saved().slice(0, -9)]) {
      expect(refusal(text)).toBe(
        'FILE: this is no plan; make one with "lbprov plan INVENTORY -o FILE".',
      )
    }
  })

  it('law: whatever stands in any of its places, it is followed, refused, or moved', () => {
    const found: unknown = JSON.parse(saved())
    fc.assert(
      fc.property(fc.constantFrom(...placesIn(found)), fc.jsonValue(), (place, other) => {
        try {
          const { moved } = opened(JSON.stringify(withOther(found, place, other)))
          expect(moved(now, asIs).size).toBeLessThanOrEqual(4)
        } catch (error) {
          expect(error).toBeInstanceOf(WishError)
        }
      }),
      { numRuns: 100 },
    )
  })
})
