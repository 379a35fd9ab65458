import { describe, expect, it } from 'vitest'

import { applyAlgorithms } from '../../../src/ssh/config/algorithm-list.ts'

const defaults = ['a-1', 'a-2', 'b']
const all = ['a-1', 'a-2', 'a-3', 'b', 'c']

describe('a list of algorithms', () => {
  it.each([
    ['c,b,c', ['c', 'b']],
    ['a-*', ['a-1', 'a-2', 'a-3']],
    ['+c,b', ['a-1', 'a-2', 'b', 'c']],
    ['+a-?', ['a-1', 'a-2', 'b', 'a-3']],
    ['-a-*', ['b']],
    ['-a-*,!a-2', ['a-2', 'b']],
    ['-nothing', ['a-1', 'a-2', 'b']],
    ['-*', []],
    ['^b,c', ['b', 'c', 'a-1', 'a-2']],
    ['+new@example,', ['a-1', 'a-2', 'b', 'new@example']],
  ])('%s', (said, list) => {
    expect(applyAlgorithms(said, defaults, all)).toEqual(list)
  })
})
