import { describe, expect, it } from 'vitest'

import type { Firewall } from '../../src/inventory/network.ts'
import { firewall } from '../../src/lvs/firewall.ts'
import { nftPorts, portMatches } from '../../src/lvs/port-words.ts'
import { debianPlatform, guidePlatform, type Platform } from '../../src/platform.ts'
import { directBoth } from './direct-inventories.ts'
import { clusterOf, dualStack, guideMarks, guideNetwork, kitchenSink } from './inventories.ts'
import { filesOf, ids, resources, ruleLines, wishOf } from './places.ts'

const by = (tool: Firewall | undefined, inventory = guideMarks, filtered = false) =>
  resources(firewall, clusterOf(inventory), 'lb1', { ...debianPlatform, firewall: tool, filtered })

const unitOf = (found: ReturnType<typeof by>) =>
  wishOf(found, 'boot_unit lbprov-firewall.service') as {
    after: readonly string[]
    before: readonly string[]
    commands: readonly { words: readonly string[]; mayFail: boolean }[]
  }

describe("the guide's marks (RHEL 7, 3.3 and 3.4)", () => {
  const found = resources(firewall, clusterOf(guideMarks), 'lb1', {
    ...guidePlatform,
    filtered: true,
  })

  it('are set in mangle PREROUTING: 80 for HTTP and HTTPS, 21 for FTP and its passive ports', () => {
    expect(ruleLines(wishOf(found, 'iptables mangle'))).toEqual([
      '-A PREROUTING -d 203.0.113.10/32 -p tcp -m multiport --dports 80,443 -j MARK --set-xmark 0x50/0xffffffff',
      '-A PREROUTING -d 203.0.113.10/32 -p tcp -m multiport --dports 21,10000:20000 -m conntrack ! --ctstate INVALID -j MARK --set-xmark 0x15/0xffffffff',
    ])
    expect(wishOf(found, 'iptables mangle')).toMatchObject({ saved: '/etc/sysconfig/iptables' })
  })

  it('go with active FTP’s MASQUERADE, by the public card alone (E18)', () => {
    expect(ruleLines(wishOf(found, 'iptables nat'))).toEqual([
      '-A POSTROUTING -s 10.11.12.0/24 -o eth0 -p tcp -m tcp --sport 20 -j MASQUERADE',
    ])
  })

  it('come after VRRP is let in, before any other rule (E23)', () => {
    expect(ruleLines(wishOf(found, 'iptables filter'))).toEqual(['-I INPUT -p 112 -j ACCEPT'])
    expect(ruleLines(wishOf(found, 'iptables filter for IPv6'))).toEqual([])
  })

  it('are put in again at boot, before keepalived', async () => {
    expect(unitOf(found).before).toEqual(['keepalived.service'])
    await expect(filesOf(found)).toMatchFileSnapshot('golden/router-firewall-iptables.txt')
  })
})

describe('marks and more', () => {
  it('are saved where Debian keeps them', () => {
    expect(wishOf(by('iptables'), 'iptables mangle for IPv6')).toMatchObject({
      saved: '/etc/iptables/rules.v6',
    })
  })

  it('are of each VIP’s own family', () => {
    const found = by('iptables', kitchenSink, true)
    expect(ruleLines(wishOf(found, 'iptables mangle for IPv6'))).toEqual([
      '-A PREROUTING -d 2001:db8:113::10/128 -p tcp -m multiport --dports 80,443,8000:8010 -j MARK --set-xmark 0x56/0xffffffff',
    ])
    expect(ruleLines(wishOf(found, 'iptables filter for IPv6'))).toEqual([
      '-I INPUT -p 112 -j ACCEPT',
    ])
  })

  it('let nothing in where nothing is kept out', () => {
    const found = by('iptables', kitchenSink)
    expect(ruleLines(wishOf(found, 'iptables filter'))).toEqual([])
    expect(ruleLines(wishOf(found, 'iptables filter for IPv6'))).toEqual([])
  })

  it('need no NAT', () => {
    const found = by('nftables', directBoth('sysctl'))
    expect(wishOf(found, 'nft_table ip6 lbprov')).toMatchObject({
      chains: [{ name: 'marks', hook: 'prerouting', type: 'filter', priority: -150 }],
    })
  })

  it('are a table of nft, in its own words', async () => {
    const found = by('nftables')
    expect(wishOf(found, 'nft_table ip lbprov')).toEqual({
      family: 'ip',
      name: 'lbprov',
      chains: [
        {
          name: 'marks',
          type: 'filter',
          hook: 'prerouting',
          priority: -150,
          rules: [
            'ip daddr 203.0.113.10 tcp dport { 80, 443 } meta mark set 0x50',
            'ip daddr 203.0.113.10 tcp dport { 21, 10000-20000 } ct state != invalid meta mark set 0x15',
          ],
        },
        {
          name: 'active_ftp',
          type: 'nat',
          hook: 'postrouting',
          priority: 100,
          rules: ['ip saddr 10.11.12.0/24 oifname "eth0" tcp sport 20 masquerade'],
        },
      ],
    })
    expect(wishOf(found, 'nft_table ip6 lbprov')).toMatchObject({ chains: [] })
    // No table of ours can open what another one closes: that is a condition.
    expect(ids(found)).toContain('vrrp_condition ip')
    await expect(filesOf(found)).toMatchFileSnapshot('golden/router-firewall-nftables.txt')
  })

  it('are direct rules of firewalld, and VRRP is let in by its zones', () => {
    const found = by('firewalld', dualStack)
    expect(wishOf(found, 'firewalld rules')).toEqual({
      redirects: [],
      accepts: [
        { family: 4, protocol: 'vrrp', device: 'eth0' },
        { family: 6, protocol: 'vrrp', device: 'eth0' },
        { family: 4, protocol: 'vrrp', device: 'eth1' },
        { family: 6, protocol: 'vrrp', device: 'eth1' },
      ],
      direct: [],
    })
    expect(wishOf(by('firewalld'), 'firewalld rules')).toMatchObject({
      direct: [
        { family: 4, table: 'mangle', chain: 'PREROUTING' },
        { family: 4, table: 'mangle', chain: 'PREROUTING' },
        {
          family: 4,
          table: 'nat',
          chain: 'POSTROUTING',
          match: ['-s', '10.11.12.0/24', '-o', 'eth0', '-p', 'tcp', '-m', 'tcp', '--sport', '20'],
          target: ['-j', 'MASQUERADE'],
        },
      ],
    })
    expect(unitOf(by('firewalld')).commands).toEqual([])
  })

  it.each(['iptables', 'nftables', 'firewalld', undefined] as const)(
    'are nowhere else than in %s',
    (tool) => {
      const found = by(tool)
      const full = (id: string, part: string): boolean => {
        const wish = wishOf(found, id) as Readonly<Record<string, readonly unknown[]>> | undefined
        return (wish?.[part] ?? []).length > 0
      }
      expect(full('iptables mangle', 'rules')).toBe(tool === 'iptables')
      expect(full('nft_table ip lbprov', 'chains')).toBe(tool === 'nftables' || tool === undefined)
      expect(full('firewalld rules', 'direct')).toBe(tool === 'firewalld')
      expect(found.at(-1)?.id).toBe('boot_unit lbprov-firewall.service')
      expect(ids(found)).toContain('iptables mangle')
    },
  )

  it('leave an nft host without any table and unit where nothing needs one', () => {
    const found = by('nftables', guideNetwork('203.0.113'))
    expect(wishOf(found, 'nft_table ip lbprov')).toMatchObject({ chains: [] })
    expect(unitOf(found).commands).toEqual([])
    expect(filesOf(found)).toBe('')
  })

  it('are the inventory’s choice before the platform’s', () => {
    const platform: Platform = { ...debianPlatform, firewall: 'nftables' }
    const inventory = guideMarks.replace('cluster: guide', 'cluster: guide\nfirewall: iptables')
    const found = resources(firewall, clusterOf(inventory), 'lb1', platform)
    expect(ruleLines(wishOf(found, 'iptables mangle'))).toHaveLength(2)
  })

  it('are the routers’ work', () => {
    expect(resources(firewall, clusterOf(guideMarks), 'rs1')).toEqual([])
  })
})

describe('ports', () => {
  const port = (first: number, last = first) => ({ first, last })

  it('are one rule, or as many as multiport needs: 15 slots, and a range takes two', () => {
    const singles = Array.from({ length: 14 }, (_, n) => port(n + 1))
    const words = portMatches('udp', [...singles, port(100, 200), port(300)])
    expect(words.map((each) => each.at(-1))).toEqual([
      '1,2,3,4,5,6,7,8,9,10,11,12,13,14',
      '100:200,300',
    ])
    expect(portMatches('sctp', [port(5, 9)])).toEqual([
      ['-p', 'sctp', '-m', 'sctp', '--dport', '5:9'],
    ])
    const rest = portMatches('tcp', [...singles, port(20), port(21)])
    expect(rest.map((each) => each.slice(-2))).toEqual([
      ['--dports', '1,2,3,4,5,6,7,8,9,10,11,12,13,14,20'],
      ['--dport', '21'],
    ])
  })

  it('are a set of nft, or one', () => {
    expect(nftPorts('tcp', [port(80), port(5, 9)])).toBe('tcp dport { 80, 5-9 }')
    expect(nftPorts('udp', [port(53)])).toBe('udp dport 53')
  })
})
