import { expect, it } from 'vitest'

import { inventorySchema } from '../../src/inventory/json-schema.ts'
import { readYaml } from '../../src/yaml.ts'
import { readingOf, kitchenSink } from './inventories.ts'

interface Node {
  readonly anyOf?: readonly Node[]
  readonly allOf?: readonly Node[]
  readonly items?: Node
  readonly properties?: Readonly<Record<string, Node>>
  readonly additionalProperties?: Node | boolean
}

/** Every key that a schema knows, wherever it may stand. */
const known = (node: Node): readonly string[] => {
  const { anyOf = [], allOf = [], items = {}, properties = {}, additionalProperties: named } = node
  return [
    ...Object.keys(properties),
    ...(Object.keys(node).length === 0
      ? []
      : [...anyOf, ...allOf, items, ...Object.values(properties)].flatMap(known)),
    ...(typeof named === 'object' ? known(named) : []),
  ]
}

/** Every key and name that a text uses. */
const used = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null
    ? [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(used)]
    : []

it('has every key that an inventory may have, if only in a comment what would exclude others', () => {
  const { value } = readYaml('kitchen-sink.yaml', kitchenSink)
  const keys = new Set(used(value))
  const missing = [...new Set(known(inventorySchema() as Node))].filter((key) => !keys.has(key))
  expect(missing).toEqual(['nopreempt'])
  for (const key of missing) expect(kitchenSink).toMatch(new RegExp(`#.*\\b${key}:`))
})

it('has no faults and no warnings', () => {
  expect(readingOf(kitchenSink).warnings).toEqual([])
})
