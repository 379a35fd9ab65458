import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { narrow } from '../../src/cli/narrow.ts'
import { hostsOf } from '../../src/inventory/cluster.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { readPlaybook } from '../../src/playbook/read.ts'
import { Secret } from '../../src/secret.ts'

const read = (file: string): string => readFileSync(file, 'utf8')
const means = { home: '/root', secret: () => new Secret('passw123'), source: () => undefined }
const { cluster } = readInventory('nat.yaml', read('inventory/nat.yaml'), means)
const playbook = readPlaybook('nat.yaml', read('playbooks/nat.yaml'), () => undefined)
const all = hostsOf(cluster)

const names = (hosts = all, phases: readonly string[] = []): readonly string[] =>
  narrow({ cluster, playbook }, hosts, phases).phases.map(({ name }) => name)

it('leaves a whole run whole', () => {
  expect(narrow({ cluster, playbook }, all, [])).toBe(playbook)
})

it('takes nothing away where somebody who may need it is not asked', () => {
  expect(names()).toContain('former')
  expect(names(all.slice(1))).toEqual(names().filter((name) => name !== 'former'))
  expect(names(all, ['former'])).toEqual([])
})

it('reloads keepalived only with what makes that safe', () => {
  expect(names(all, ['balance'])).toEqual(['ready', 'drain', 'stand_down', 'balance'])
  expect(names(all, ['kernel'])).toEqual(['kernel'])
})
