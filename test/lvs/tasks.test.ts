import { describe, expect, it } from 'vitest'

import type { ArpMethod } from '../../src/inventory/network.ts'
import { ip_forward } from '../../src/lvs/ip_forward.ts'
import { kernel_modules } from '../../src/lvs/kernel_modules.ts'
import { kernel_settings } from '../../src/lvs/kernel_settings.ts'
import { packages } from '../../src/lvs/packages.ts'
import { tunnel } from '../../src/lvs/tunnel.ts'
import { debianPlatform, guidePlatform, type Platform } from '../../src/platform.ts'
import { directBoth, guideRealServer, tunnelBoth } from './direct-inventories.ts'
import {
  clusterOf,
  dualStack,
  everything,
  guideMarks,
  guideNetwork,
  kitchenSink,
} from './inventories.ts'
import { ids, resources, wishOf, wishesOf } from './places.ts'

const nat = guideNetwork('203.0.113')

describe('the kernel of a router', () => {
  it.each([
    ['NAT', nat, ['sysctl net.ipv4.ip_forward']],
    [
      'NAT in both families',
      dualStack,
      ['sysctl net.ipv4.ip_forward', 'sysctl net.ipv6.conf.all.forwarding'],
    ],
    ['direct routing', directBoth('sysctl'), []],
    ['a tunnel', tunnelBoth('sysctl'), []],
    [
      'NAT beside direct routing',
      kitchenSink,
      ['sysctl net.ipv4.ip_forward', 'sysctl net.ipv6.conf.all.forwarding'],
    ],
  ])('forwards what %s needs', (_, inventory, wished) => {
    expect(ids(resources(ip_forward, clusterOf(inventory), 'lb1'))).toEqual(wished)
  })

  it('forwards where a gateway is a VIP, though no service is NAT’s', () => {
    const inventory = dualStack.replace('vip: [www, www6],', 'vip: www,')
    // inside6 is still the real servers' IPv6 gateway.
    expect(ids(resources(ip_forward, clusterOf(inventory), 'lb1'))).toEqual([
      'sysctl net.ipv4.ip_forward',
      'sysctl net.ipv6.conf.all.forwarding',
    ])
    expect(resources(ip_forward, clusterOf(inventory), 'rs1')).toEqual([])
  })

  it('has ip_vs and each scheduler in use, once', () => {
    expect(ids(resources(kernel_modules, clusterOf(everything), 'lb1'))).toEqual([
      'kernel_module ip_vs',
      'kernel_module ip_vs_wlc',
      'kernel_module ip_vs_rr',
    ])
    expect(resources(kernel_modules, clusterOf(everything), 'rs1')).toEqual([])
  })

  it('has what FTP behind NAT (E19) and SIP need', () => {
    expect(ids(resources(kernel_modules, clusterOf(guideMarks), 'lb1'))).toContain(
      'kernel_module ip_vs_ftp',
    )
    expect(ids(resources(kernel_modules, clusterOf(kitchenSink), 'lb1'))).toEqual(
      expect.arrayContaining(['kernel_module ip_vs_pe_sip', 'kernel_module ip_vs_mh']),
    )
  })
})

describe('kernel settings', () => {
  /** `net.ipv4.vs.conntrack = 1`. */
  const set = (inventory: string): readonly string[] =>
    wishesOf(resources(kernel_settings, clusterOf(inventory), 'lb1'), 'sysctl').map((wish) => {
      const { key, value, reason } = wish as Readonly<Record<string, string>>
      expect(reason).toMatch(/^LVS: /)
      return `${key ?? ''} = ${value ?? ''}`
    })

  it('are none where the topology needs none', () => {
    expect(set(nat)).toEqual([])
    expect(set(guideRealServer('sysctl'))).toEqual([])
  })

  it('are what the inventory asks for', () => {
    expect(set(kitchenSink)).toEqual([
      'net.ipv4.vs.conntrack = 1',
      'net.ipv4.vs.expire_nodest_conn = 1',
      'net.ipv4.vs.expire_quiescent_template = 1',
      'net.ipv4.vs.sync_threshold = 3 50',
      'net.ipv4.vs.sync_refresh_period = 0',
      'net.ipv4.ip_nonlocal_bind = 0',
      'net.ipv4.conf.eth0.rp_filter = 0',
      'net.ipv4.conf.eth1.rp_filter = 0',
      'net.ipv4.conf.eth2.rp_filter = 0',
    ])
  })

  it('end connections to a UDP server that died, unless that is not wanted', () => {
    const udp = nat.replace(
      'http: { vip: www, port: 80 }',
      'dns: { vip: www, port: 53, protocol: udp, check: { dns: { name: example.com } } }',
    )
    expect(set(udp)).toEqual(['net.ipv4.vs.expire_nodest_conn = 1'])
    expect(set(`${udp}kernel: { expire_nodest_conn: false }\n`)).toEqual([
      'net.ipv4.vs.expire_nodest_conn = 0',
    ])
    expect(set(udp.replace('check: { dns: { name: example.com } }', 'check: none'))).toEqual([])
  })

  it('end persistence where a real server keeps its place without new connections', () => {
    const kept = nat.replace(
      'port: 80 }',
      'port: 80, persistence_timeout: 300, inhibit_on_failure: true }',
    )
    expect(set(kept)).toEqual(['net.ipv4.vs.expire_quiescent_template = 1'])
    expect(set(kept.replace('persistence_timeout: 300, ', ''))).toEqual([])
  })

  it('send no redirects on a one-armed NAT router (E25)', () => {
    const oneArmed = nat
      .replace('vip: www, port: 80', 'vip: in, port: 80')
      .replace('inside: 10.11.12.10', 'inside: 10.11.12.10, in: 10.11.12.20')
      .replace('www: 203.0.113.10, ', '')
    expect(set(oneArmed)).toEqual([
      'net.ipv4.conf.all.send_redirects = 0',
      'net.ipv4.conf.eth1.send_redirects = 0',
    ])
  })

  it('are refused where somebody proxies ARP on a VIP’s network (E24)', () => {
    const found = resources(kernel_settings, clusterOf(nat), 'lb1')
    expect(ids(found)).toEqual(
      ['eth0', 'eth1'].map(
        (card) =>
          `sysctl_condition net.ipv4.conf.all.proxy_arp, net.ipv4.conf.${card}.proxy_arp, net.ipv4.conf.all.proxy_arp_pvlan, net.ipv4.conf.${card}.proxy_arp_pvlan`,
      ),
    )
    expect(wishesOf(found, 'sysctl_condition')).toMatchObject([
      { allowed: ['0'] },
      { allowed: ['0'] },
    ])
  })

  it('are refused where forwarding would take the only IPv6 default route away', () => {
    const advertised = dualStack.replace(', "2001:db8:113::fe"]', ']')
    const accepts = (inventory: string): readonly unknown[] =>
      wishesOf(resources(kernel_settings, clusterOf(inventory), 'lb1'), 'sysctl_condition').filter(
        (wish) => JSON.stringify(wish).includes('accept_ra'),
      )
    expect(accepts(advertised)).toMatchObject([
      { keys: ['net.ipv6.conf.eth0.accept_ra'], allowed: ['0', '2'] },
    ])
    expect(accepts(dualStack)).toEqual([])
    expect(accepts(directBoth('sysctl'))).toEqual([])
  })

  it('are the routers’', () => {
    expect(resources(kernel_settings, clusterOf(kitchenSink), 'rs1')).toEqual([])
  })
})

describe('a tunnel’s end', () => {
  it('is a module, no filter and a device that is up', () => {
    const found = resources(tunnel, clusterOf(tunnelBoth('sysctl')), 'rs1')
    expect(ids(found)).toEqual([
      'kernel_module ipip',
      'sysctl net.ipv4.conf.tunl0.rp_filter',
      'sysctl_condition net.ipv4.conf.all.rp_filter',
      'link tunl0',
      'kernel_module ip6_tunnel',
      'link ip6tnl0',
    ])
    expect(wishOf(found, 'link tunl0')).toEqual({ device: 'tunl0', made_by: 'ipip' })
    expect(wishOf(found, 'sysctl net.ipv4.conf.tunl0.rp_filter')).toMatchObject({ value: '0' })
  })

  it('is only on real servers that are reached through it, in their families', () => {
    expect(ids(resources(tunnel, clusterOf(tunnelBoth('sysctl')), 'rs2'))).not.toContain(
      'link ip6tnl0',
    )
    expect(resources(tunnel, clusterOf(kitchenSink), 'rs1')).toEqual([])
    expect(resources(tunnel, clusterOf(tunnelBoth('sysctl')), 'lb1')).toEqual([])
  })
})

describe('packages', () => {
  const rhel = (major: number): Platform => ({
    ...guidePlatform,
    major,
    packageManager: major < 8 ? 'yum' : 'dnf',
  })
  const names = (inventory: string, name: string, platform: Platform): unknown =>
    (
      wishesOf(resources(packages, clusterOf(inventory), name, platform), 'package')[0] as
        { names: unknown } | undefined
    )?.names

  it('are keepalived and ipvsadm on the routers, and nothing on real servers under NAT', () => {
    expect(names(nat, 'lb1', debianPlatform)).toEqual(['keepalived', 'ipvsadm'])
    expect(names(nat, 'rs1', debianPlatform)).toBeUndefined()
  })

  it.each([
    ['arptables', debianPlatform, ['arptables']],
    ['arptables', rhel(7), ['arptables']],
    ['arptables', rhel(8), ['iptables-arptables']],
    ['arptables', rhel(9), ['iptables-nft', 'iptables-nft-services']],
    ['iptables', debianPlatform, ['iptables']],
    ['iptables', rhel(7), ['iptables']],
    ['iptables', rhel(9), ['iptables-nft']],
    ['nftables', debianPlatform, ['nftables']],
    ['sysctl', debianPlatform, ['procps']],
    ['sysctl', rhel(9), ['procps-ng']],
    ['firewalld', rhel(9), undefined],
  ] as const)('of %s on a real server of %o', (arp: ArpMethod, platform, wished) => {
    expect(names(guideRealServer(arp), 'rs1', platform)).toEqual(wished)
  })

  it.each([
    ['iptables', 'nftables', ['iptables']],
    ['nftables', 'iptables', ['nftables']],
    ['firewalld', 'iptables', []],
    [undefined, 'iptables', []],
    [undefined, undefined, ['nftables']],
  ] as const)('of marks by %s where %s is there', (wished, there, more) => {
    const inventory =
      wished === undefined
        ? guideMarks
        : guideMarks.replace('cluster: guide', `cluster: guide\nfirewall: ${wished}`)
    const platform: Platform = { ...debianPlatform, firewall: there }
    expect(names(inventory, 'lb1', platform)).toEqual(['keepalived', 'ipvsadm', ...more])
  })

  it('are installed by hand where there is no known way', () => {
    const platform: Platform = { ...debianPlatform, packageManager: undefined }
    expect(() => names(nat, 'lb1', platform)).toThrow(
      'lb1: Debian GNU/Linux 12 has none of apt-get, dnf and yum, so keepalived and ipvsadm cannot be installed; install by hand and use a playbook without "packages".',
    )
  })
})
