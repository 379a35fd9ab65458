import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { cases } from './cases.ts'
import { page, pagePath } from './bad-inventories.ts'

it('the page of bad inventories is up to date (npx tsx test/inventory/bad-inventories.ts)', () => {
  expect(readFileSync(pagePath, 'utf8')).toBe(page())
})

it('there are enough of them to learn from', () => {
  expect(cases.length).toBeGreaterThanOrEqual(40)
})
