import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

import { describe, expect, it } from 'vitest'

import { shippedPlaybook } from '../../src/cli/shipped-playbook.ts'
import { hostsOf, type Cluster } from '../../src/inventory/cluster.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { tasks } from '../../src/lvs/index.ts'
import { nothingRemembered } from '../../src/lvs/task.ts'
import { debianPlatform } from '../../src/platform.ts'
import { readPlaybook } from '../../src/playbook/read.ts'
import { checkOwners, wishesOf } from '../../src/playbook/wishes.ts'
import { Secret } from '../../src/secret.ts'

const cluster = (inventory: string): Cluster =>
  readInventory(
    `inventory/${inventory}.yaml`,
    readFileSync(`inventory/${inventory}.yaml`, 'utf8'),
    {
      home: '/root',
      secret: () => new Secret('passw123'),
      source: (path) => readFileSync(path, 'utf8'),
    },
  ).cluster

const playbook = (name: string) =>
  readPlaybook(`${name}.yaml`, readFileSync(`playbooks/${name}.yaml`, 'utf8'), () => undefined)

const names = ['nat', 'direct', 'tunnel'] as const
const inventories = ['nat', 'nat-ipv6', 'services', 'direct', 'tunnel', 'kitchen-sink'] as const

describe.each(names)('the shipped playbook %s', (name) => {
  const { phases } = playbook(name)
  const order = phases.map((phase) => phase.name)

  it.each(inventories)('has no two tasks that fight, on any host of %s', (inventory) => {
    expect(() => checkOwners(playbook(name), cluster(inventory))).not.toThrow()
  })

  it('is in the order of safety: nothing is sent that is not ready, nothing goes that is sent', () => {
    expect(order).toEqual([
      ...['packages', 'kernel', 'network', 'gateway', 'vips', 'firewall'],
      ...['ready', 'drain', 'stand_down', 'balance', 'former'],
    ])
    const needs = new Map(phases.map((phase) => [phase.name, phase.needs]))
    expect(needs.get('ready')).toEqual(['network', 'gateway', 'vips', 'firewall'])
    expect(needs.get('drain')).toEqual(['ready'])
    expect(needs.get('stand_down')).toEqual(['ready'])
    expect(needs.get('balance')).toEqual(order.slice(0, order.indexOf('balance')))
    expect(needs.get('former')).toEqual(['balance'])
  })

  it('touches routers one at a time, but for what no packet notices', () => {
    const alone = phases.filter(({ hosts, serial }) => hosts !== 'real_servers' && serial === 1)
    expect(alone.map((phase) => phase.name)).toEqual(['network', 'firewall', 'balance'])
  })

  it.each(inventories)('has nothing left for its last phase where nothing left %s', (inventory) => {
    const found = cluster(inventory)
    for (const host of hostsOf(found)) {
      const { byPhase: wishes } = wishesOf(playbook(name), {
        cluster: found,
        host,
        platform: debianPlatform,
        ...nothingRemembered,
      })
      expect(wishes.get('former')).toEqual([])
      expect(wishes.get(host.role === 'router' ? 'firewall' : 'vips')).not.toEqual([])
    }
  })

  it('does everything that its way needs', () => {
    const used = phases.flatMap((phase) => phase.tasks.map((task) => task.name))
    const unused = tasks.map((task) => task.name).filter((task) => !used.includes(task))
    // Whichever keeps the network writes the default route too.
    expect(unused).toEqual(name === 'tunnel' ? ['gateway'] : ['gateway', 'tunnel'])
  })
})

describe('of the shipped playbooks', () => {
  it.each([
    ['nat', 'nat.yaml'],
    ['services', 'nat.yaml'],
    ['direct', 'direct.yaml'],
    ['tunnel', 'tunnel.yaml'],
    // One real server of many is reached through a tunnel.
    ['kitchen-sink', 'tunnel.yaml'],
  ] as const)('%s is brought to life by %s', (inventory, file) => {
    expect(basename(shippedPlaybook(cluster(inventory)))).toBe(file)
  })
})
