import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { inventorySchema } from '../../src/inventory/json-schema.ts'
import { readYaml } from '../../src/yaml.ts'

interface Node {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Node[]
  readonly allOf?: readonly Node[]
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Node | boolean
  readonly items?: Node
  readonly description?: string
}

const schema = inventorySchema() as Node & { readonly $id: string; readonly $schema: string }

const kinds: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  array: (value) => Array.isArray(value),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
}

// Enough of the standard to see that the schema describes the examples; an editor knows the rest.
const fits = (node: Node, value: unknown): boolean => {
  if (node.anyOf !== undefined && !node.anyOf.some((branch) => fits(branch, value))) return false
  if (node.allOf?.every((part) => fits(part, value)) === false) return false
  if (node.type !== undefined && kinds[node.type]?.(value) !== true) return false
  if (node.enum?.includes(value) === false) return false
  if (node.const !== undefined && node.const !== value) return false
  if (node.items !== undefined && Array.isArray(value))
    return value.every((item) => fits(node.items ?? {}, item))
  if (node.type !== 'object') return true
  const map = value as Readonly<Record<string, unknown>>
  if (node.required?.every((key) => key in map) === false) return false
  return Object.entries(map).every(([key, inner]) => {
    const own = node.properties?.[key] ?? node.additionalProperties ?? true
    return typeof own === 'boolean' ? own : fits(own, inner)
  })
}

const examples = readdirSync('inventory').filter((name) => name.endsWith('.yaml'))

describe.each(examples)('%s', (name) => {
  const { value } = readYaml(name, readFileSync(`inventory/${name}`, 'utf8'))

  it('fits', () => {
    expect(fits(schema, value)).toBe(true)
  })

  it('does not fit with a key too many', () => {
    expect(fits(schema, { ...(value as object), hosts: [] })).toBe(false)
  })
})

it('says what it is', () => {
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:lbprov:inventory',
    title: 'lbprov inventory',
  })
})

const undescribed = (node: Node, path: string): readonly string[] => [
  ...Object.entries(node.properties ?? {}).flatMap(([key, inner]) => [
    ...(inner.description === undefined ? [`${path}.${key}`] : []),
    ...undescribed(inner, `${path}.${key}`),
  ]),
  ...(node.anyOf ?? []).flatMap((branch) => undescribed(branch, path)),
  ...(typeof node.additionalProperties === 'object'
    ? undescribed(node.additionalProperties, `${path}.*`)
    : []),
]

it('describes every field', () => {
  expect(undescribed(schema, '')).toEqual([])
})
