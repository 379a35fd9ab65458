import { expect, it } from 'vitest'

import { whereWritten } from '../../src/engine/written.ts'

const places = { 3: 'inventory.yaml:14:5', 45: 'inventory.yaml:31:9' }

it.each([
  ["(Line 3) Unknown keyword 'foo'", ['Line 3 is inventory.yaml:14:5.']],
  [
    "(/etc/keepalived/.keepalived.conf.lbprov: Line 45) Unknown keyword 'x'\n(/a: Line 3) y\n(/a: Line 45) z",
    ['Line 45 is inventory.yaml:31:9.', 'Line 3 is inventory.yaml:14:5.'],
  ],
  ['Line 4: a quote is opened and not closed.', []],
  ["There are 1 missing '}'s", []],
])('%s', (said, sentences) => {
  expect(whereWritten({ places }, said)).toEqual(sentences)
  expect(whereWritten({}, said)).toEqual([])
})
