import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { WishError } from '../../src/errors.ts'
import type { Cluster } from '../../src/inventory/cluster.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { readPlaybook } from '../../src/playbook/read.ts'
import { readYaml } from '../../src/yaml.ts'
import { means } from '../inventory/cases.ts'
import { everything, kitchenSink } from '../lvs/inventories.ts'
import { runsNothing, telling, wished } from './canary.ts'
import { examples, leaves, replaced, type Json } from './hostile-texts.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lbprov-canary-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const shipped = readdirSync('playbooks')
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readPlaybook(name, readFileSync(join('playbooks', name), 'utf8'), () => ''))

const all: Readonly<Record<string, Json>> = {
  ...examples,
  everything: readYaml('everything', everything).value as Json,
  kitchenSink: readYaml('kitchenSink', kitchenSink).value as Json,
}

const read = (value: Json): Cluster | readonly string[] => {
  try {
    return readInventory('strings.yaml', JSON.stringify(value), means).cluster
  } catch (error) {
    if (error instanceof WishError) return error.message.split('\n')
    throw error
  }
}

it('any string in any field is complained about at its place, or is only ever a quoted word of a shell', () => {
  let accepted = 0
  for (const [name, example] of Object.entries(all)) {
    const way = fc.constantFrom(...leaves(example))
    fc.assert(
      fc.property(way, telling, (at, text) => {
        const cluster = read(replaced(example, at, text))
        if (!('services' in cluster)) {
          for (const line of cluster) {
            expect(line).toMatch(/^(strings\.yaml:\d+:\d+: |and \d+ more)/)
            expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
          }
          return
        }
        accepted += 1
        runsNothing(wished(cluster, shipped), folder)
      }),
      { numRuns: 120, seed: name.length },
    )
  }
  expect(accepted).toBeGreaterThan(5)
})

it('any script that is shipped to a host is only ever a text there', () => {
  const wish = replaced(all.everything ?? null, ['vrrp', 'notify'], {
    any: { script: 'scripts/notify.sh', args: ['a'] },
  })
  fc.assert(
    fc.property(telling, (text) => {
      const script = `#!/bin/sh\n${text}\n`
      try {
        const { cluster } = readInventory('scripts.yaml', JSON.stringify(wish), {
          ...means,
          source: () => script,
        })
        runsNothing(wished(cluster, shipped), folder)
      } catch (error) {
        if (!(error instanceof WishError)) throw error
      }
    }),
    { numRuns: 40, seed: 1 },
  )
})
