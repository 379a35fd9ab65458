import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

import { inventorySchema } from '../../src/inventory/json-schema.ts'

/** As much of JSON Schema as the inventory's uses. */
interface Schema {
  readonly type?: string
  readonly const?: string | number | boolean
  readonly enum?: readonly unknown[]
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly minimum?: number
  readonly maximum?: number
}

interface Row {
  readonly path: string
  readonly kind: string
  readonly needed: boolean
  readonly description: string
}

/** What stands for a name that the operator gives. */
const placeholders: Readonly<Record<string, string>> = {
  networks: 'NETWORK',
  vips: 'VIP',
  routers: 'ROUTER',
  real_servers: 'REAL_SERVER',
  services: 'SERVICE',
  interfaces: 'DEVICE',
}

const branches = (schema: Schema): readonly Schema[] => {
  const inner = schema.anyOf ?? schema.oneOf
  return inner === undefined ? [schema] : inner.flatMap(branches)
}

const kindOf = (schema: Schema): string => {
  const kinds = branches(schema).map((each) => {
    if (each.const !== undefined) return `\`${String(each.const)}\``
    if (each.enum !== undefined) return each.enum.map((word) => `\`${String(word)}\``).join(' ')
    if (each.type === 'array')
      return `list of ${each.items === undefined ? 'any' : kindOf(each.items)}`
    if (each.type === 'object') return 'map'
    if (each.type === 'integer' && each.maximum !== undefined && each.maximum < 2 ** 53 - 1) {
      return `${String(each.minimum ?? 0)} to ${String(each.maximum)}`
    }
    return (
      { string: 'text', integer: 'whole number', number: 'number', boolean: 'true or false' }[
        each.type ?? ''
      ] ?? 'any'
    )
  })
  return [...new Set(kinds)].join(', or ')
}

const rows = (schema: Schema, path: readonly string[]): readonly Row[] =>
  branches(schema).flatMap((each) => {
    const named = Object.entries(each.properties ?? {}).flatMap(([key, inner]) => {
      const below = [...path, key]
      const row = {
        path: below.join('.'),
        kind: kindOf(inner),
        needed: each.required?.includes(key) === true && inner.default === undefined,
        description:
          inner.description ??
          branches(inner).flatMap(({ description }) => description ?? [])[0] ??
          '',
      }
      return [row, ...rows(inner, below)]
    })
    const any = each.additionalProperties
    if (typeof any !== 'object') return named
    const below = [...path, placeholders[path.at(-1) ?? ''] ?? 'NAME']
    return [...named, ...rows(any, below)]
  })

const unique = (all: readonly Row[]): readonly Row[] =>
  [...new Map([...all].reverse().map((row) => [row.path, row])).values()].reverse()

const section = (title: string, all: readonly Row[]): string =>
  [
    `## ${title}`,
    '',
    '| key | what | |',
    '| --- | --- | --- |',
    ...all.map(
      ({ path, kind, needed, description }) =>
        `| \`${path}\` | ${kind.replaceAll('|', '\\|')} | ${needed ? '**Needed.** ' : ''}${description.replaceAll('|', '\\|')} |`,
    ),
    '',
  ].join('\n')

/** docs/inventory.md, made from the schema that `check` uses. */
export const inventoryReference = (): string => {
  const schema = inventorySchema() as Schema
  const all = unique(rows(schema, []))
  const top = Object.keys(schema.properties ?? {})
  const deep = top.filter((key) => all.some(({ path }) => path.startsWith(`${key}.`)))
  return [
    '# The inventory',
    '',
    'Every key there is. An unknown one is an error with the nearest right word. Names in capitals are yours to give.',
    'This page is made from the schema: `npm run docs` writes it, and a test fails when it is out of date. For an editor,',
    '`lbprov schema > inventory.schema.json` prints the same as JSON Schema. Worked examples stand in `inventory/`.',
    '',
    section(
      'At the top',
      all.filter(({ path }) => !path.includes('.')),
    ),
    ...deep.map((key) =>
      section(
        `\`${key}\``,
        all.filter(({ path }) => path.startsWith(`${key}.`)),
      ),
    ),
  ].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync('docs/inventory.md', inventoryReference())
}
