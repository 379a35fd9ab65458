import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

import { describe, expect, it } from 'vitest'

/** The floors of docs/house.md: a file imports from its own folder, and from floors below it. */
const floors: Readonly<Record<string, number>> = {
  main: 9,
  'launch.ts': 0,
  cli: 8,
  ui: 7,
  ssh: 7,
  playbook: 7,
  lvs: 6,
  inventory: 5,
  engine: 5,
  resources: 5,
  'resource.ts': 4,
  'change.ts': 3,
  'peer.ts': 0,
  'platform.ts': 4,
  'yaml.ts': 3,
  faults: 4,
  sh: 2,
  'binding.ts': 2,
  'once-each.ts': 0,
  'lately.ts': 0,
  'secret.ts': 1,
  'json.ts': 1,
  'errors.ts': 1,
  'printable.ts': 0,
  'text-file.ts': 2,
  'yaml-parse.ts': 2,
}

/** The one place that may use a package. */
const keepers: Readonly<Record<string, RegExp>> = {
  ssh2: /^ssh\//,
  listr2: /^ui\/drawn-screen\.ts$/,
  diff: /^ui\/diff\.ts$/,
  commander: /^cli\/program\.ts$/,
  yaml: /^yaml(-parse)?\.ts$/,
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.ts'),
)

/** What is loaded at once, and what only when it comes to it: `import('…')`. */
const importsOf = (path: string): readonly string[] =>
  [
    ...readFileSync(join('src', path), 'utf8').matchAll(
      /(?:(?:^|\n)(?:import|export)\b[^'";]*?from |[^\w.]import\()'([^']+)'/g,
    ),
  ].flatMap(([, from]) => from ?? [])

const partOf = (path: string): string => {
  const [part = path, below] = path.split('/')
  return below === undefined && part === 'main.ts' ? 'main' : part
}

const inside = files.flatMap((path) =>
  importsOf(path)
    .filter((from) => from.startsWith('.'))
    .map((from) => ({ path, from: normalize(join(dirname(path), from)) })),
)
const outside = files.flatMap((path) =>
  importsOf(path)
    .filter((from) => !from.startsWith('.') && !from.startsWith('node:'))
    .map((from) => ({ path, from })),
)

describe('imports run one way', () => {
  it('finds the imports at all', () => {
    expect(inside.length).toBeGreaterThan(100)
    expect(files.every((path) => partOf(path) in floors)).toBe(true)
  })

  it.each(inside)('$path imports $from from below', ({ path, from }) => {
    const [above, below] = [partOf(path), partOf(from)]
    if (above !== below) expect(floors[below]).toBeLessThan(floors[above] ?? 0)
  })

  it.each(outside)('$path may use $from', ({ path, from }) => {
    expect(['zod', ...Object.keys(keepers)]).toContain(from)
    expect(path).toMatch(keepers[from] ?? /./)
  })

  it('has no circle', () => {
    const targets = (path: string): readonly string[] =>
      inside.filter((each) => each.path === path).map(({ from }) => from)
    const circles: string[] = []
    const done = new Set<string>()
    const walk = (path: string, way: readonly string[]): void => {
      if (way.includes(path)) circles.push([...way, path].join(' -> '))
      if (way.includes(path) || done.has(path)) return
      for (const next of targets(path)) walk(next, [...way, path])
      done.add(path)
    }
    for (const path of files) walk(path, [])
    expect(circles).toEqual([])
  })

  it('leaves the process to main.ts alone', () => {
    const users = files.filter((path) =>
      /\bprocess\.(argv|exit|env|on|std)/.test(readFileSync(join('src', path), 'utf8')),
    )
    expect(users).toEqual(['main.ts'])
  })
})

describe('files stay small', () => {
  it.each(files)('%s has at most 250 lines', (path) => {
    expect(readFileSync(join('src', path), 'utf8').split('\n').length).toBeLessThanOrEqual(251)
  })
})
