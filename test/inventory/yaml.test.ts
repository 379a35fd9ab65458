import { expect, it } from 'vitest'
import { z } from 'zod'
import { showFault, WishError } from '../../src/errors.ts'
import { nearest } from '../../src/faults/nearest.ts'
import { schemaFaults } from '../../src/faults/schema-faults.ts'
import { readYaml } from '../../src/yaml.ts'

const complaint = (text: string): string => {
  try {
    readYaml('a.yaml', text)
  } catch (error) {
    if (error instanceof WishError) return error.message
    throw error
  }
  return 'nothing'
}

const text = `first: 1
list:
  - one
  - { two: 2 }
map:
  key: value
same: &it { deep: 3 }
alias: *it
`

it('finds values, keys, and the nearest parent of what is missing', () => {
  const { locate, value } = readYaml('a.yaml', text)
  expect(value).toMatchObject({ alias: { deep: 3 } })
  expect(locate(['first'])).toMatchObject({ line: 1, column: 8, path: ['first'] })
  expect(locate(['first'], 'key')).toMatchObject({ line: 1, column: 1 })
  expect(locate(['list', 0])).toMatchObject({ line: 3, column: 5 })
  expect(locate(['list', 1, 'two'])).toMatchObject({ line: 4, column: 12 })
  expect(locate(['map'])).toMatchObject({ line: 5, column: 1 })
  expect(locate(['map', 'gone', 'deeper'])).toMatchObject({ line: 5, column: 1, path: ['map'] })
  expect(locate(['alias', 'deep'])).toMatchObject({ line: 7, column: 19 })
  expect(locate(['gone'])).toMatchObject({ line: 1, column: 1, path: [] })
})

it('YAML 1.2: no is a word', () => {
  expect(readYaml('a.yaml', 'a: no\nb: 0o10\nc: 12:30\n').value).toEqual({
    a: 'no',
    b: 8,
    c: '12:30',
  })
})

it.each([
  ['', 'a.yaml:1:1: the file is empty'],
  [
    'a: 1\nb: 2\na: 3\na: 4\n',
    'a.yaml:3:1: "a" is given twice in the same map; keep one\na.yaml:4:1: "a" is given twice in the same map; keep one',
  ],
  ['a: &a [*a]\n', 'a.yaml:1:8: the alias "*a" stands inside its own anchor'],
  ['%YAML 1.1\n---\na: no\n', 'a.yaml:1:1: only YAML 1.2 is read; remove the %YAML line'],
  ['? [a]\n: 1\n', 'a.yaml:1:3: a key must be one plain word'],
  ['__proto__: 1\n', 'a.yaml:1:1: this key has no use here'],
  [
    'a: !secret x\n',
    'a.yaml:1:4: tags (a "!" before a value) are not read; put text with a "!" in quotes',
  ],
  [`a: ${'['.repeat(20000)}`, 'a.yaml:1:53: nested too deeply to be read'],
])('%j', (source, wanted) => {
  expect(complaint(source)).toBe(wanted)
})

it('an alias bomb is put out', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let n = 1; n < 10; n += 1)
    lines.push(
      `a${String(n)}: &a${String(n)} [${Array(10)
        .fill(`*a${String(n - 1)}`)
        .join(', ')}]`,
    )
  expect(complaint(lines.join('\n'))).toContain('values through aliases')
})

it('schema faults are sentences, in order, and know the right keys', () => {
  const schema = z.strictObject({
    name: z.string(),
    hosts: z.enum(['routers', 'real_servers', 'all']),
    serial: z.boolean().optional(),
    tasks: z.array(z.union([z.string(), z.strictObject({ file: z.string() })])),
  })
  const document = readYaml('p.yaml', 'hosts: routrs\nserail: true\ntasks: [a, { flie: x }, 3]\n')
  const { error } = schema.safeParse(document.value)
  expect(schemaFaults(document, error ?? { issues: [] }, schema).map(showFault)).toEqual([
    'p.yaml:1:1: needs "name"',
    'p.yaml:1:8: hosts: "routrs" is not a value for "hosts"; did you mean "routers"? (one of: routers, real_servers, all)',
    'p.yaml:2:1: serail: unknown key "serail"; did you mean "serial"?',
    'p.yaml:3:12: tasks.1: needs "file"',
    'p.yaml:3:14: tasks.1.flie: unknown key "flie"; did you mean "file"?',
    'p.yaml:3:25: tasks.2: needs text or a map, not 3; put it in quotes: "3"',
  ])
})

it('the nearest word is near', () => {
  expect(nearest('adress', ['address', 'gateway'])).toBe('address')
  expect(nearest('wr', ['rr', 'wrr'])).toBe('wrr')
  expect(nearest('color', ['port', 'vip'])).toBeUndefined()
  expect(nearest('x'.repeat(1e6), ['port'])).toBeUndefined()
})
