import { afterAll, beforeAll, expect, it } from 'vitest'

import { arm, confirm, undoneExit } from '../../src/engine/guard.ts'
import { sh, type Sh } from '../../src/sh/sh.ts'
import { toyHost, type Toy } from '../toy/toy.ts'

let toy: Toy
beforeAll(async () => {
  toy = await toyHost()
})
afterAll(() => toy.close())

const exit = (script: Sh): number => toy.run(['sh', '-c', script.text]).exit
const undone = (): string => toy.run(['sh', '-c', 'cat /tmp/undone 2>/dev/null || :']).out
/** Waits on the host until a test(1) holds. */
const until = (condition: string): void => {
  const { exit: code } = toy.run([
    'timeout',
    '20',
    'sh',
    '-c',
    `until ${condition}; do sleep 0.05; done`,
  ])
  expect({ condition, code }).toEqual({ condition, code: 0 })
}
const note = (word: string): Sh => sh`echo ${word} >> /tmp/undone`

it('undoes everything, last first, unless it is confirmed in time', () => {
  expect(exit(arm('a', [note('first'), note('last')], 1))).toBe(0)
  expect(undone()).toBe('')
  until('[ -e /run/lbprov/guard-a/undone ]')
  expect(undone()).toBe('last\nfirst\n')
  expect(exit(confirm('a'))).toBe(undoneExit)
  expect(exit(confirm('a'))).toBe(undoneExit)
})

it('keeps the change once it is confirmed, however often that is said', () => {
  expect(exit(arm('b', [note('b')], 1))).toBe(0)
  expect([exit(confirm('b')), exit(confirm('b'))]).toEqual([0, 0])
  // It goes away when it sees the confirmation, and leaves nothing behind.
  until('[ ! -e /run/lbprov/guard-b ]')
  expect(undone()).not.toContain('b')
  expect(exit(confirm('b'))).toBe(0)
})

it('is not armed any more by a script that comes after the confirmation', () => {
  expect(exit(confirm('c'))).toBe(0)
  expect(exit(arm('c', [note('c')], 1))).toBe(1)
})

it('goes on undoing when one step of it fails', () => {
  expect(exit(arm('d', [note('d'), sh`false`, sh`exit 7`], 1))).toBe(0)
  until('[ -e /run/lbprov/guard-d/undone ]')
  expect(undone()).toContain('d\n')
})

it('tells of an undoing only when it has ended', () => {
  expect(exit(arm('e', [sh`sleep 2; ${note('e')}`], 0))).toBe(0)
  until('[ -e /run/lbprov/guard-e ]')
  expect(exit(confirm('e'))).toBe(undoneExit)
  expect(undone()).toContain('e\n')
})
