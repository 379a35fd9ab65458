import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { bigTexts, shapes } from './hostile-shapes.ts'
import { examples, leaves, maps, replaced, strings, values } from './hostile-texts.ts'

/** One hostile file: made in a folder of its own; where it is. */
export interface Hostile {
  readonly name: string
  readonly make: (folder: string) => string
}

const file = (name: string, content: string | Buffer): Hostile => ({
  name,
  make: (folder) => {
    const path = join(folder, 'inventory.yaml')
    writeFileSync(path, content)
    return path
  },
})

const thing = (name: string, make: (path: string) => void): Hostile => ({
  name,
  make: (folder) => {
    const path = join(folder, 'thing.yaml')
    make(path)
    return path
  },
})

/** What is no file at all, or no text. */
const things: readonly Hostile[] = [
  thing('a FIFO that nobody writes into', (path) => execFileSync('mkfifo', [path])),
  { name: '/dev/zero', make: () => '/dev/zero' },
  { name: '/dev/random', make: () => '/dev/random' },
  { name: '/dev/null', make: () => '/dev/null' },
  thing('a link to /dev/zero', (path) => symlinkSync('/dev/zero', path)),
  thing('a link to itself', (path) => symlinkSync(path, path)),
  thing('a folder', (path) => mkdirSync(path)),
  { name: 'nothing at all', make: (folder) => join(folder, 'nothing.yaml') },
  { name: 'a name that paints', make: (folder) => join(folder, '\u001b[2J\u202e.yaml') },
  { name: 'a file that never ends', make: () => '/proc/self/mem' },
  file('UTF-16', Buffer.from('\ufeffcluster: web\n', 'utf16le')),
  file('half of UTF-8', Buffer.from([0x61, 0x3a, 0x20, 0xe2, 0x82])),
  file('bytes', Buffer.from(Array.from({ length: 4096 }, (_, n) => (n * 167) % 256))),
  file('two megabytes', Buffer.alloc(2 * 1024 * 1024, 'a')),
  thing('a gigabyte of nothing', (path) => {
    writeFileSync(path, '')
    truncateSync(path, 2 ** 30)
  }),
  ...(['/dev/zero', '../../../etc/shadow', '/proc/self/mem', '/dev/stdin'] as const).flatMap(
    (path) => [
      file(
        `${path} as a script`,
        JSON.stringify(
          replaced(examples.nat ?? null, ['vrrp', 'notify'], { any: { script: path } }),
        ),
      ),
      file(
        `${path} as a password`,
        JSON.stringify(replaced(examples.nat ?? null, ['vrrp', 'auth_pass'], { file: path })),
      ),
    ],
  ),
]

const shaped: readonly Hostile[] = Object.entries({ ...shapes(), ...bigTexts() }).map(
  ([name, text]) => file(name, text),
)

/** Every string at some field, each field with some string: more than are wanted, in an order that is always the same. */
const fields = (): readonly Hostile[] => {
  const hostile = [...Object.entries(strings), ...Object.entries(values)]
  return Object.entries(examples).flatMap(([example, value]) =>
    leaves(value).map((way, index) => {
      const [name, by] = hostile[index % hostile.length] ?? ['nothing', null]
      const text = JSON.stringify(replaced(value, way, by))
      return file(`${example}: ${way.join('.')}: ${name}`, text)
    }),
  )
}

const keys = (): readonly Hostile[] =>
  Object.entries(examples).flatMap(([example, value]) =>
    maps(value).map((way, index) => {
      const names = Object.entries(strings)
      const [name, key] = names[(index * 7) % names.length] ?? ['nothing', '']
      const text = JSON.stringify(replaced(value, [...way, key], null))
      return file(`${example}: ${way.join('.')}: a key: ${name}`, text)
    }),
  )

const evenly = <Item>(items: readonly Item[], n: number): readonly Item[] =>
  Array.from({ length: n }, (_, index) => items[Math.floor((index * items.length) / n)]).filter(
    (item) => item !== undefined,
  )

const some = [...things, ...shaped]
const rest = 200 - some.length

/** Two hundred hostile inventories, the same in every run. */
export const inventories: readonly Hostile[] = [
  ...some,
  ...evenly(fields(), Math.ceil((rest * 2) / 3)),
  ...evenly(keys(), rest - Math.ceil((rest * 2) / 3)),
]
