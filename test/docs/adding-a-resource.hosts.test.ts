import { rmSync } from 'node:fs'
import { expect, it } from 'vitest'

import { follow } from './follow.ts'

it('docs/adding-a-resource.md, followed word for word, works on a host', () => {
  const copy = follow('adding-a-resource.md')
  const hosts = copy.commands.filter((command) => command.includes('--project hosts'))
  expect(hosts).toHaveLength(1)
  expect(hosts.map(copy.run)).toEqual([''])
  rmSync(copy.folder, { recursive: true })
})
