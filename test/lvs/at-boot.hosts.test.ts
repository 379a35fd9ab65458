import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { hostsOf, type Cluster } from '../../src/inventory/cluster.ts'
import type { ArpMethod } from '../../src/inventory/network.ts'
import { firewall } from '../../src/lvs/firewall.ts'
import { nothingRemembered, type Task } from '../../src/lvs/task.ts'
import { vips } from '../../src/lvs/vips.ts'
import { debianPlatform } from '../../src/platform.ts'
import type { Resource } from '../../src/resource.ts'
import { applyOn, judgeOn } from '../resources/on-host.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { guideRealServer } from './direct-inventories.ts'
import { clusterOf, guideMarks } from './inventories.ts'
import { wishOf } from './places.ts'

let toy: Toy
beforeEach(async () => {
  toy = await toyHost()
  toy.addLink('eth0')
  toy.addLink('eth1')
})
afterEach(() => toy.close())

const wished = (task: Task, cluster: Cluster, name: string, tool?: 'iptables' | 'nftables') => {
  const host = hostsOf(cluster).find((each) => each.name === name)
  if (host === undefined) throw new Error(`no host ${name}`)
  return task.resources({
    ...nothingRemembered,
    cluster,
    host,
    platform: { ...debianPlatform, firewall: tool },
  })
}

/** What is left to do, in an operator's words. */
const left = (found: readonly Resource[]): readonly string[] =>
  found.flatMap((resource) => judgeOn(toy, resource).map(({ what }) => what))

/** All that a power cut takes, and that files bring back only if somebody loads them. */
const powerCut = (): void => {
  toy.run(
    ['sh'],
    'ip addr flush dev lo; nft flush ruleset; arptables -F; sysctl -qw net.ipv4.conf.eth0.arp_ignore=0',
  )
}

const boot = (found: readonly Resource[], unit: string): void => {
  const { commands } = wishOf(found, `boot_unit ${unit}`) as {
    commands: readonly { words: readonly string[]; mayFail: boolean }[]
  }
  for (const { words, mayFail } of commands) {
    const said = toy.run(words)
    if (!mayFail)
      expect([words.join(' '), said]).toEqual([words.join(' '), { exit: 0, out: '', err: '' }])
  }
}

describe('a real server after a power cut', () => {
  it.each(['arptables', 'nftables', 'sysctl', 'iptables'] as readonly ArpMethod[])(
    'has by %s what it had before',
    (arp) => {
      const found = wished(vips, clusterOf(guideRealServer(arp)), 'rs1')
      for (const resource of found) applyOn(toy, resource)
      expect(left(found)).toEqual([])
      powerCut()
      expect(left(found)).not.toEqual([])
      boot(found, 'lbprov-vips.service')
      expect(left(found)).toEqual([])
    },
  )

  it('is as it was when every method has been tried in turn', () => {
    const methods = ['arptables', 'iptables', 'nftables', 'sysctl', 'arptables'] as const
    for (const arp of methods) {
      const found = wished(vips, clusterOf(guideRealServer(arp)), 'rs1')
      for (const resource of found) applyOn(toy, resource)
      expect(left(found)).toEqual([])
    }
    const none = guideRealServer('sysctl').replace('port: 80', 'port: 80, real_servers: [rs2]')
    const found = wished(vips, clusterOf(none), 'rs1')
    for (const resource of found) applyOn(toy, resource)
    expect(left(found)).toEqual([])
    const { out } = toy.run(['sh'], 'ip -o addr show dev lo; nft list ruleset; ls /etc/lbprov')
    expect(out).not.toMatch(/192\.168\.76|lbprov/)
  })
})

describe('a real server whose run died with the VIP just there', () => {
  it.each(['arptables', 'nftables', 'sysctl'] as readonly ArpMethod[])(
    'by %s loses it with the silence, when the next inventory does not have it any more',
    (arp) => {
      const found = wished(vips, clusterOf(guideRealServer(arp)), 'rs1')
      const died = found.findIndex(({ id }) => id === 'loopback_vips present')
      for (const resource of found.slice(0, died + 1)) applyOn(toy, resource)
      const none = guideRealServer(arp).replace('port: 80', 'port: 80, real_servers: [rs2]')
      for (const resource of wished(vips, clusterOf(none), 'rs1')) applyOn(toy, resource)
      expect(toy.run(['ip', '-o', 'addr', 'show', 'dev', 'lo']).out).not.toContain('192.168.76')
    },
  )
})

describe('a router after a power cut', () => {
  it.each(['iptables', 'nftables'] as const)('has the marks of %s that it had before', (tool) => {
    const found = wished(firewall, clusterOf(guideMarks), 'lb1', tool)
    for (const resource of found) applyOn(toy, resource)
    expect(left(found)).toEqual([])
    powerCut()
    expect(left(found)).not.toEqual([])
    boot(found, 'lbprov-firewall.service')
    boot(found, 'lbprov-firewall.service')
    expect(left(found)).toEqual([])
  })
})
