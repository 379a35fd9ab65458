import { expect, it } from 'vitest'

import { endsOf } from '../../src/inventory/cluster.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { withDrained } from '../../src/lvs/drained.ts'
import { directVips } from '../../src/lvs/direct-vips.ts'
import { keepalivedConfText } from '../../src/lvs/keepalived-conf-text.ts'
import { natServers } from '../../src/lvs/nat-servers.ts'
import { means } from '../inventory/cases.ts'
import { largeInventory } from '../inventory/large.ts'

// What is the same object was not worked out again: that cost grows no faster than an inventory is seen without a clock.

const clusterOf = (forwarding: 'nat' | 'direct') => {
  const text = largeInventory({ servers: 300, services: 200, forwarding })
  return readInventory('large.yaml', text, means).cluster
}

it('a router’s file is made once, and is one piece where no secret is in it', () => {
  const cluster = clusterOf('nat')
  const [router] = cluster.routers
  if (router === undefined) throw new Error('no router')
  const text = keepalivedConfText(cluster, router)
  expect(text).toHaveLength(1)
  expect(keepalivedConfText(cluster, router)).toBe(text)
})

it('what is reached by NAT is found once for the cluster, and listed once for each pool', () => {
  const cluster = clusterOf('nat')
  expect(natServers(cluster)).toBe(natServers(cluster))
  expect(new Set(natServers(cluster).map(({ addresses }) => addresses)).size).toBe(10)
})

it('a real server’s VIPs are found once for each', () => {
  const cluster = clusterOf('direct')
  for (const host of cluster.realServers) {
    expect(endsOf(cluster, host)).toHaveLength(200)
    expect(directVips(cluster, host)).toHaveLength(20)
    expect(directVips(cluster, host)).toBe(directVips(cluster, host))
  }
})

it('a drained real server makes each pool anew, and each once', () => {
  const drained = withDrained(clusterOf('nat'), ['rs7'])
  const pools = drained.services.flatMap(({ virtualServers }) => virtualServers)
  expect(new Set(pools.map(({ pool }) => pool)).size).toBe(10)
  expect(pools.every(({ pool }) => pool[6]?.weight === 0 && pool[7]?.weight === 1)).toBe(true)
})
