import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { follow, type Copy } from './follow.ts'

describe('docs/adding-a-resource.md, followed word for word', () => {
  let copy: Copy
  beforeAll(() => {
    copy = follow('adding-a-resource.md')
  })
  afterAll(() => rmSync(copy.folder, { recursive: true }))

  it('ends with the types, the cases and the laws as they should be', { timeout: 120_000 }, () => {
    const fast = copy.commands.filter((command) => !command.includes('--project hosts'))
    expect(fast).toHaveLength(2)
    expect(fast.map(copy.run)).toEqual(['', ''])

    // And the laws did look at the new kind.
    rmSync(join(copy.folder, 'test/resources/hostname/as-wished.yaml'))
    expect(copy.run(fast[1] ?? '')).toContain('hostname has a case without changes and one with')
  })
})
