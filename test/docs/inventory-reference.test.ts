import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { inventoryReference } from './inventory-reference.ts'

it('docs/inventory.md is what the schema says; npm run docs writes it', () => {
  expect(readFileSync('docs/inventory.md', 'utf8')).toBe(inventoryReference())
})
