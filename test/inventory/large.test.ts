import { describe, expect, it } from 'vitest'

import { endsOf, poolsIn } from '../../src/inventory/cluster.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { means } from './cases.ts'
import { largeInventory, type Large } from './large.ts'

const read = (large: Large) => readInventory('large.yaml', largeInventory(large), means)

describe.each(['nat', 'direct'] as const)('a thousand real servers by %s', (forwarding) => {
  const { cluster, warnings } = read({ servers: 1000, services: 200, forwarding })
  const pools = [...poolsIn(cluster)]

  it('stand behind each of two hundred services, and nothing is wrong with that', () => {
    expect(warnings).toEqual([])
    expect(cluster.realServers).toHaveLength(1000)
    expect(cluster.services).toHaveLength(200)
    for (const { virtualServers } of cluster.services)
      expect(virtualServers.map(({ pool }) => pool.length)).toEqual([1000])
  })

  it('are one pool for all services of a port, not one for each service', () => {
    expect(pools).toHaveLength(10)
  })

  it('answer as every VIP themselves, or as none', () => {
    const [first] = cluster.realServers
    const ends = first === undefined ? [] : endsOf(cluster, first)
    expect(ends).toHaveLength(forwarding === 'nat' ? 0 : 200)
  })
})

it('services that name their real servers have pools of their own', () => {
  const { cluster } = read({ servers: 100, services: 20, forwarding: 'nat', pool: 5 })
  const pools = cluster.services.flatMap(({ virtualServers }) =>
    virtualServers.map(({ pool }) => pool.map(({ name }) => name)),
  )
  expect(pools[0]).toEqual(['rs1', 'rs2', 'rs3', 'rs4', 'rs5'])
  expect(pools[1]).toEqual(['rs8', 'rs9', 'rs10', 'rs11', 'rs12'])
  expect(poolsIn(cluster).size).toBe(20)
})

it('how a host is reached is the caller’s to say', () => {
  const ssh = (_: string, n: number): string => `{ host: 127.0.0.${String(n + 1)}, port: 2222 }`
  const { cluster } = read({ servers: 2, services: 1, forwarding: 'nat', ssh })
  expect([...cluster.routers, ...cluster.realServers].map((host) => host.ssh.host)).toEqual([
    '127.0.0.1',
    '127.0.0.2',
    '127.0.0.3',
    '127.0.0.4',
  ])
})
