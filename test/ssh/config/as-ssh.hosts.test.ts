import { describe, expect, it } from 'vitest'

import { compare } from './as-ssh.ts'
import { blocks } from './cases/blocks.ts'
import { files } from './cases/files.ts'
import { tops } from './cases/tops.ts'
import { values } from './cases/values.ts'
import { ways } from './cases/ways.ts'
import { words } from './cases/words.ts'

describe('the same values as ssh -G', () => {
  it.each([...blocks, ...files, ...words, ...ways, ...values, ...tops])('$what', async (each) => {
    const { ours, theirs } = await compare(each)
    expect(ours).toEqual(theirs)
  })
})
