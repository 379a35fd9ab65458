import { expect, it } from 'vitest'
import { cases, said } from './cases.ts'

it.each(cases)('$name', async ({ faults, expectedPath }) => {
  await expect(said(faults)).toMatchFileSnapshot(expectedPath)
})

it.each(cases)('$name has something to say, in order of lines', ({ faults }) => {
  expect(faults).not.toEqual([])
  const lines = faults.map(({ line }) => line)
  expect(lines).toEqual(lines.toSorted((a, b) => a - b))
})

it('no sentence shows a password', () => {
  const all = cases.map(({ faults }) => said(faults)).join('')
  expect(all).not.toMatch(/passw123|pass 123|pa\$_PWD/)
})
