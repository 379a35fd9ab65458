import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { hostsOf, type Cluster } from '../../src/inventory/cluster.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { guidePlatform } from '../../src/platform.ts'
import { phasesOf } from '../../src/playbook/phases.ts'
import { readPlaybook } from '../../src/playbook/read.ts'
import { Secret } from '../../src/secret.ts'

const read = (file: string): string => readFileSync(file, 'utf8')

const means = { home: '/root', secret: () => new Secret('passw123'), source: () => undefined }
const { cluster } = readInventory('nat.yaml', read('inventory/nat.yaml'), means)
const playbook = readPlaybook('nat.yaml', read('playbooks/nat.yaml'), () => undefined)

/** The routers in the order in which the balance phase touches them, while `active` holds `address`. */
const order = (
  of: Cluster,
  active?: string,
  address = '203.0.113.10',
): readonly string[] | undefined => {
  const facts = new Map(
    hostsOf(of).map(({ name }) => [
      name,
      {
        platform: { ...guidePlatform, addresses: name === active ? ['192.0.2.1', address] : [] },
        memory: { manifest: [], records: {} },
      },
    ]),
  )
  return phasesOf(playbook, of, hostsOf(of), facts).find(({ name }) => name === 'balance')?.hosts
}

it('touches the router that would be master last, where none is', () => {
  expect(order(cluster)).toEqual(['lb2', 'lb1'])
})

it('touches the router that holds a VIP last, whatever its priority', () => {
  expect(order(cluster, 'lb2')).toEqual(['lb1', 'lb2'])
  expect(order(cluster, 'lb2', '10.11.12.10')).toEqual(['lb1', 'lb2'])
  expect(order(cluster, 'lb1')).toEqual(['lb2', 'lb1'])
})

it('takes no other address for a VIP', () => {
  expect(order(cluster, 'lb2', '203.0.113.8')).toEqual(['lb2', 'lb1'])
})
