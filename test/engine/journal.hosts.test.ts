import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { hostJournalStep } from '../../src/engine/host-journal.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { shells, trip } from '../resources/on-host.ts'

let toy: Toy
beforeAll(async () => {
  toy = await toyHost()
})
afterAll(() => toy.close())

const run = { id: 'a'.repeat(16), who: "o'ps@laptop", cluster: 'web', version: '1.2.3' }
const path = '/var/lib/lbprov/journal'

describe.each(shells)('with %s, the journal of a host', (...shell) => {
  const add = (changes: number): number | undefined =>
    trip(toy, [hostJournalStep(run, changes)], shell)[0]?.exit
  const lines = (): readonly string[] => toy.read(path).trimEnd().split('\n')

  it('gets a line, by its own clock, that only root reads', () => {
    toy.run(['rm', '-rf', '/var/lib/lbprov'])
    expect([add(1), add(12)]).toEqual([0, 0])
    expect(lines().map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ /, 'T '))).toEqual([
      `T o'ps@laptop cluster web, 1 change, run ${run.id}, lbprov 1.2.3`,
      `T o'ps@laptop cluster web, 12 changes, run ${run.id}, lbprov 1.2.3`,
    ])
    expect(toy.run(['stat', '-c', '%a', path, '/var/lib/lbprov']).out).toBe('600\n700\n')
    expect(toy.run(['ls', '-A', '/var/lib/lbprov']).out).toBe('journal\n')
  })

  it('keeps its last 200 lines', () => {
    toy.write(path, Array.from({ length: 300 }, (_, n) => `old ${String(n)}\n`).join(''))
    expect(add(3)).toBe(0)
    expect(lines()).toHaveLength(200)
    expect(lines()[0]).toBe('old 101')
    expect(lines().at(-1)).toContain('3 changes')
  })

  it('stays as it is where the disk is full', () => {
    toy.run(['mount', '-t', 'tmpfs', '-o', 'size=8k', 'full', '/var/lib/lbprov'])
    toy.write(path, 'old\n')
    toy.run(['sh', '-c', 'cat /dev/zero >/var/lib/lbprov/zero'])
    expect(add(1)).not.toBe(0)
    expect(toy.read(path)).toBe('old\n')
    toy.run(['umount', '/var/lib/lbprov'])
  })
})
