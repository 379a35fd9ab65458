import { describe, expect, it } from 'vitest'

import { compare } from './as-ssh.ts'
import { blocks } from './cases/blocks.ts'
import { files } from './cases/files.ts'
import { tops } from './cases/tops.ts'
import { left, refused } from './cases/unclear.ts'
import { values } from './cases/values.ts'
import { ways } from './cases/ways.ts'
import { words } from './cases/words.ts'

describe('the same values as ssh -G', () => {
  it.each([...blocks, ...files, ...words, ...ways, ...values, ...tops])('$what', async (each) => {
    const { ours, theirs } = await compare(each)
    expect(ours).toEqual(theirs)
  })
})

describe('what only ssh reads is left to it', () => {
  it.each(left)('$what', async (each) => {
    const { kind, ours } = await compare(each)
    expect(kind, JSON.stringify(ours)).toBe('left to ssh')
  })
})

describe('what ssh refuses is refused', () => {
  it.each(refused)('$what', async (each) => {
    expect((await compare(each)).kind).toBe('both refuse')
  })
})
