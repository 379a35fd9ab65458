import { describe, expect, it } from 'vitest'

import { gateway } from '../../src/lvs/gateway.ts'
import { ifcfg } from '../../src/lvs/ifcfg.ts'
import { interfaces } from '../../src/lvs/interfaces.ts'
import { debianPlatform as debian } from '../../src/platform.ts'
import { clusterOf, dualStack, guideNetwork } from './inventories.ts'
import { filesOf, ids, resources } from './places.ts'

describe('ifcfg', () => {
  it.each(['203.0.113', '192.168.26'] as const)('is as the guide has it for %s.0', async (net) => {
    const cluster = clusterOf(guideNetwork(net))
    const text = ['lb1', 'lb2', 'rs1'].map(
      (name) => `## ${name}\n${filesOf(resources(ifcfg, cluster, name))}`,
    )
    await expect(text.join('\n')).toMatchFileSnapshot(`golden/ifcfg-${net}.txt`)
  })

  it("has the guide's own lines for the first router of RHEL 6", () => {
    const text = filesOf(resources(ifcfg, clusterOf(guideNetwork('192.168.26')), 'lb1'))
    expect(text).toContain(
      'DEVICE=eth0\nBOOTPROTO=static\nONBOOT=yes\nIPADDR=192.168.26.9\nNETMASK=255.255.255.0\nGATEWAY=192.168.26.254\n',
    )
    expect(text).toContain(
      'DEVICE=eth1\nBOOTPROTO=static\nONBOOT=yes\nIPADDR=10.11.12.9\nNETMASK=255.255.255.0\n',
    )
    expect(text.match(/GATEWAY/g)).toHaveLength(1)
    expect(text).toContain('DEVICE=eth2\nBOOTPROTO=none\nONBOOT=no\n')
    expect(text).not.toContain('192.168.26.10\n')
  })

  it('takes both families', async () => {
    const cluster = clusterOf(dualStack)
    const text = ['lb1', 'rs1'].map(
      (name) => `## ${name}\n${filesOf(resources(ifcfg, cluster, name))}`,
    )
    await expect(text.join('\n')).toMatchFileSnapshot('golden/ifcfg-dual-stack.txt')
  })

  it('leaves the live side of a card that is off alone, and a host of another provider altogether', () => {
    const cluster = clusterOf(guideNetwork('203.0.113'))
    expect(ids(resources(ifcfg, cluster, 'lb1')).filter((id) => id.includes('eth2'))).toEqual([
      'file /etc/sysconfig/network-scripts/ifcfg-eth2',
    ])
    expect(resources(ifcfg, cluster, 'lb1', debian)).toEqual([])
    expect(resources(interfaces, cluster, 'lb1')).toEqual([])
  })

  it('changes what is live before what is saved', () => {
    const kinds = resources(ifcfg, clusterOf(dualStack), 'lb1').map(({ kind }) => kind)
    expect(kinds.lastIndexOf('address')).toBeLessThan(kinds.indexOf('file'))
  })
})

describe('interfaces', () => {
  it('is as interfaces(5) has it, in both families', async () => {
    const cluster = clusterOf(dualStack)
    const text = ['lb1', 'rs1'].map(
      (name) => `## ${name}\n${filesOf(resources(interfaces, cluster, name, debian))}`,
    )
    await expect(text.join('\n')).toMatchFileSnapshot('golden/interfaces-dual-stack.txt')
  })
})

describe('gateway', () => {
  it('is the NAT VIP on a real server, and the public one on a router', () => {
    const cluster = clusterOf(dualStack)
    const wishes = (name: string): readonly unknown[] =>
      resources(gateway, cluster, name)
        .filter(({ kind }) => kind === 'route')
        .map(({ wish }) => JSON.parse(wish) as unknown)
    expect(wishes('rs1')).toEqual([
      { via: '10.11.12.10', device: 'eth0' },
      { via: '2001:db8:12::10', device: 'eth0' },
    ])
    expect(wishes('lb1')).toEqual([
      { via: '203.0.113.254', device: 'eth0' },
      { via: '2001:db8:113::fe', device: 'eth0' },
    ])
  })

  it('is saved by the files of the host’s own provider', () => {
    const cluster = clusterOf(guideNetwork('203.0.113'))
    expect(ids(resources(gateway, cluster, 'rs1'))).toContain(
      'file /etc/sysconfig/network-scripts/ifcfg-eth0',
    )
    expect(ids(resources(gateway, cluster, 'rs1', debian))).toContain(
      'file /etc/network/interfaces.d/lbprov-eth0',
    )
  })
})
