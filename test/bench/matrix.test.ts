import { expect, it } from 'vitest'

import { showCell } from './cell.ts'
import { roundsOf } from './matrix.ts'
import { readOptions } from './options.ts'

const shown = (...words: readonly string[]): readonly string[] =>
  roundsOf(readOptions(words)).map(({ cell, who }) => `${showCell(cell)}: ${who.join(' ')}`)

it('measures everything, as the fleet grows', () => {
  const rounds = shown()
  expect(rounds).toHaveLength(3 + 3 * 6 + 2 * 3)
  expect(rounds[0]).toBe('nat, start, 0 hosts, 0 ms: lbprov node')
  expect(rounds).toContain('nat, nothing, 1 hosts, 50 ms: lbprov floor bare xargs')
  expect(rounds).toContain('nat, nothing, 20 hosts, 50 ms: lbprov floor xargs ansible mitogen')
  expect(rounds).toContain('nat, nothing, 1000 hosts, 0 ms: lbprov floor')
  expect(rounds.at(-1)).toBe('nat, nothing, 1000 hosts, 0 ms: lbprov floor')
})

it('is narrowed, and never to what a contestant cannot do', () => {
  const words = ['--hosts', '3,20', '--rtt', '50', '--with', 'lbprov,xargs', '--topology', 'direct']
  expect(shown(...words, '--work', 'first,nothing')).toEqual([
    'direct, first, 3 hosts, 50 ms: lbprov',
    'direct, nothing, 3 hosts, 50 ms: lbprov xargs',
    'direct, first, 20 hosts, 50 ms: lbprov',
    'direct, nothing, 20 hosts, 50 ms: lbprov xargs',
  ])
  expect(shown('--work', 'start', '--hosts', '20')).toEqual([
    'nat, start, 0 hosts, 0 ms: lbprov node',
  ])
})

it('says what it does not know', () => {
  expect(() => readOptions(['--work', 'everything'])).toThrow(
    '"everything" is none of nothing, dry',
  )
  expect(() => readOptions(['--hosts', '1001'])).toThrow('"1001" is no whole number from 1 to 1000')
})
