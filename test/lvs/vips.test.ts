import { describe, expect, it } from 'vitest'

import type { ArpMethod } from '../../src/inventory/network.ts'
import { vips } from '../../src/lvs/vips.ts'
import { debianPlatform, guidePlatform } from '../../src/platform.ts'
import { directBoth, guideRealServer, tunnelBoth } from './direct-inventories.ts'
import { clusterOf, guideNetwork, kitchenSink } from './inventories.ts'
import { filesOf, ids, resources, ruleLines, wishOf, wishesOf } from './places.ts'

const silent = ['arptables', 'nftables', 'sysctl'] as const
const redirecting = ['firewalld', 'iptables'] as const
const methods: readonly ArpMethod[] = [...silent, ...redirecting]

/** The resource that holds a method's own part, on a host whose card is eth0. */
const idOf: Readonly<Record<ArpMethod, string>> = {
  arptables: 'arptables filter',
  nftables: 'nft_table arp lbprov',
  sysctl: 'sysctl net.ipv4.conf.eth0.arp_ignore',
  firewalld: 'firewalld rules',
  iptables: 'iptables nat',
}

const ofGuide = (arp: ArpMethod, platform = guidePlatform) =>
  resources(vips, clusterOf(guideRealServer(arp)), 'rs1', platform)

describe("the guide's real server", () => {
  it.each(['arptables', 'firewalld', 'iptables', 'sysctl', 'nftables'] as const)(
    'has the files of %s',
    async (arp) => {
      await expect(filesOf(ofGuide(arp))).toMatchFileSnapshot(`golden/real-server-${arp}.txt`)
    },
  )

  it('is silent by arptables: IN drops, OUT says its own address (3.2.1)', () => {
    const found = ofGuide('arptables')
    expect(wishOf(found, 'arptables filter')).toEqual({
      rules: [{ vip: '192.168.76.24', source: '192.168.76.21' }],
      saved: '/etc/sysconfig/arptables',
    })
    expect(wishOf(found, 'service arptables.service')).toMatchObject({ running: false })
  })

  it('redirects by firewalld, one rule for each VIP, port and protocol (3.2.2)', () => {
    expect(wishOf(ofGuide('firewalld'), 'firewalld rules')).toEqual({
      redirects: [{ address: '192.168.76.24', protocol: 'tcp', port: '80', device: 'eth0' }],
      accepts: [],
      direct: [],
    })
  })

  it('redirects by iptables, saved where the platform keeps its rules (3.2.3)', () => {
    const found = ofGuide('iptables')
    expect(ruleLines(wishOf(found, 'iptables nat'))).toEqual([
      '-A PREROUTING -d 192.168.76.24/32 -p tcp -m tcp --dport 80 -j REDIRECT',
    ])
    expect(wishOf(found, 'iptables nat')).toMatchObject({ saved: '/etc/sysconfig/iptables' })
    expect(wishOf(ofGuide('iptables', debianPlatform), 'iptables nat')).toMatchObject({
      saved: '/etc/iptables/rules.v4',
    })
  })

  it('is silent by arp_ignore 1 and arp_announce 2 (3.2.4), with the VIP on lo (E3)', () => {
    const found = ofGuide('sysctl')
    expect(wishOf(found, 'sysctl net.ipv4.conf.eth0.arp_ignore')).toMatchObject({ value: '1' })
    expect(wishOf(found, 'sysctl net.ipv4.conf.eth0.arp_announce')).toMatchObject({ value: '2' })
    expect(wishOf(found, 'loopback_vips present')).toMatchObject({ addresses: ['192.168.76.24'] })
  })
})

describe('the order of the steps (E6)', () => {
  const at = (found: readonly string[], id: string): number => {
    expect(found).toContain(id)
    return found.indexOf(id)
  }

  it.each(methods.flatMap((to) => methods.map((from) => [from, to] as const)))(
    'is safe from %s to %s',
    (from, to) => {
      const found = ids(ofGuide(to))
      const leaving = at(found, 'loopback_vips leaving')
      const present = at(found, 'loopback_vips present')
      // Somebody takes the packets before the VIP goes, and until it is there.
      if (to === 'firewalld' || to === 'iptables') expect(at(found, idOf[to])).toBeLessThan(leaving)
      // Silence before the VIP, and no VIP before its silence goes.
      else expect(at(found, idOf[to])).toBeLessThan(present)
      if (from !== to && silent.some((each) => each === from)) {
        expect(at(found, idOf[from])).toBeGreaterThan(leaving)
        if (silent.some((each) => each === to)) {
          expect(at(found, idOf[to])).toBeLessThan(at(found, idOf[from]))
        }
      }
      // Beside firewalld nobody looks for rules of iptables: its own are such rules.
      if (from !== to && redirecting.some((each) => each === from) && to !== 'firewalld') {
        expect(at(found, idOf[from])).toBeGreaterThan(present)
      }
      // No VIP is there that the record does not know, and no boot misses a silence that is gone already.
      const unit = at(found, 'boot_unit lbprov-vips.service')
      expect(unit).toBeGreaterThan(leaving)
      expect(unit).toBeGreaterThan(at(found, idOf[to]))
      expect(unit).toBeLessThan(present)
      if (from !== to && silent.some((each) => each === from)) {
        expect(unit).toBeLessThan(at(found, idOf[from]))
      }
    },
  )

  it.each(methods)('has nothing of any other method under %s', (to) => {
    const found = ofGuide(to)
    for (const other of methods.filter((each) => each !== to)) {
      const wish = wishOf(found, idOf[other])
      if (other === 'sysctl') expect(wish).toMatchObject({ absent: { otherwise: '0' } })
      else if (other === 'nftables') expect(wish).toMatchObject({ chains: [] })
      else if (other === 'firewalld') expect(wish).toMatchObject({ redirects: [] })
      else expect(wish).toMatchObject({ rules: [] })
    }
  })

  it('is the same for a real server without VIPs, and every set is empty', () => {
    const found = resources(vips, clusterOf(guideNetwork('203.0.113')), 'rs1')
    expect(found.map(({ kind }) => kind)).toEqual([
      'loopback_vips',
      'sysctl',
      'sysctl',
      'boot_unit',
      'arptables',
      'nft_table',
      'loopback_vips',
      'firewalld',
      'iptables',
      'iptables',
    ])
    expect(wishesOf(found, 'sysctl')).toEqual([
      { key: 'net.ipv4.conf.eth0.arp_ignore', absent: { otherwise: '0' } },
      { key: 'net.ipv4.conf.eth0.arp_announce', absent: { otherwise: '0' } },
    ])
    expect(wishesOf(found, 'loopback_vips')).toEqual([
      { addresses: [], redirected: [], part: 'leaving' },
      { addresses: [], redirected: [], part: 'present' },
    ])
    expect(wishOf(found, 'boot_unit lbprov-vips.service')).toMatchObject({ commands: [] })
    expect(filesOf(found)).toBe('')
  })

  it('is for real servers only', () => {
    expect(resources(vips, clusterOf(guideRealServer('sysctl')), 'lb1')).toEqual([])
  })
})

describe('a real server with several cards and both families', () => {
  const both = (arp: ArpMethod, platform = debianPlatform) =>
    resources(vips, clusterOf(directBoth(arp)), 'rs1', platform)

  it('silences each card on the VIPs’ network (E4), and gives the others back', () => {
    const found = both('sysctl')
    expect(wishesOf(found, 'sysctl')).toEqual([
      expect.objectContaining({ key: 'net.ipv4.conf.eth0/76.arp_ignore', value: '1' }),
      expect.objectContaining({ key: 'net.ipv4.conf.eth0/76.arp_announce', value: '2' }),
      { key: 'net.ipv4.conf.eth1.arp_ignore', absent: { otherwise: '0' } },
      { key: 'net.ipv4.conf.eth1.arp_announce', absent: { otherwise: '0' } },
    ])
    expect(wishesOf(found, 'silent_segment')).toEqual([
      { subnets: ['192.168.76.0/24'], devices: ['eth0.76'] },
    ])
  })

  it('is silent about IPv4 alone: on lo an IPv6 address is silent by itself', () => {
    const found = both('nftables')
    expect(wishOf(found, 'nft_table arp lbprov')).toMatchObject({
      chains: [
        {
          hook: 'input',
          rules: ['arp daddr ip 192.168.76.24 drop', 'arp daddr ip 192.168.76.25 drop'],
        },
        {
          hook: 'output',
          rules: [
            'arp saddr ip 192.168.76.24 arp saddr ip set 192.168.76.21',
            'arp saddr ip 192.168.76.25 arp saddr ip set 192.168.76.21',
          ],
        },
      ],
    })
    expect(wishOf(found, 'loopback_vips present')).toMatchObject({
      addresses: ['192.168.76.24', '2001:db8:76::24', '192.168.76.25'],
    })
  })

  it('redirects each port and range of both families, SCTP too', () => {
    const found = both('iptables')
    expect(ruleLines(wishOf(found, 'iptables nat'))).toEqual([
      '-A PREROUTING -d 192.168.76.24/32 -p tcp -m tcp --dport 80 -j REDIRECT',
      '-A PREROUTING -d 192.168.76.24/32 -p tcp -m tcp --dport 443 -j REDIRECT',
      '-A PREROUTING -d 192.168.76.24/32 -p tcp -m tcp --dport 8000:8010 -j REDIRECT',
      '-A PREROUTING -d 192.168.76.24/32 -p tcp -m tcp --dport 8080 -j REDIRECT',
      '-A PREROUTING -d 192.168.76.24/32 -p udp -m udp --dport 53 -j REDIRECT',
      '-A PREROUTING -d 192.168.76.25/32 -p tcp -m tcp --dport 25 -j REDIRECT',
    ])
    expect(ruleLines(wishOf(found, 'iptables nat for IPv6')).at(-1)).toBe(
      '-A PREROUTING -d 2001:db8:76::24/128 -p sctp -m sctp --dport 3868 -j REDIRECT',
    )
    expect(wishOf(found, 'loopback_vips present')).toMatchObject({ addresses: [] })
    const { redirects } = wishOf(both('firewalld'), 'firewalld rules') as {
      redirects: readonly unknown[]
    }
    expect(redirects).toContainEqual({
      address: '2001:db8:76::24',
      protocol: 'tcp',
      port: '8000-8010',
      device: 'eth0.76',
    })
  })

  it('is refused while others are proxied for (E24), or answers leave by a stricter way (E25)', () => {
    expect(
      wishesOf(both('arptables'), 'sysctl_condition').map(
        (wish) => (wish as { keys: readonly string[]; allowed: readonly string[] }).keys,
      ),
    ).toEqual([
      [
        'net.ipv4.conf.all.proxy_arp',
        'net.ipv4.conf.eth0/76.proxy_arp',
        'net.ipv4.conf.all.proxy_arp_pvlan',
        'net.ipv4.conf.eth0/76.proxy_arp_pvlan',
      ],
      ['net.ipv4.conf.all.rp_filter', 'net.ipv4.conf.eth0/76.rp_filter'],
    ])
    expect(
      wishOf(
        both('arptables'),
        'sysctl_condition net.ipv4.conf.all.rp_filter, net.ipv4.conf.eth0/76.rp_filter',
      ),
    ).toMatchObject({ allowed: ['0', '2'] })
  })

  it('lets a strict filter be where answers leave by the card that requests come in on', () => {
    expect(ids(ofGuide('sysctl')).filter((id) => id.includes('rp_filter'))).toEqual([])
  })
})

describe('at boot', () => {
  const unit = (arp: ArpMethod, platform = debianPlatform, inventory = guideRealServer(arp)) => {
    const found = resources(vips, clusterOf(inventory), 'rs1', platform)
    const wish = wishOf(found, 'boot_unit lbprov-vips.service') as {
      requires: readonly string[]
      after: readonly string[]
      commands: readonly { words: readonly string[]; mayFail: boolean }[]
    }
    return {
      ...wish,
      lines: wish.commands.map(({ words, mayFail }) => `${mayFail ? '-' : ''}${words.join(' ')}`),
    }
  }
  const lo = '/sbin/ip addr replace 192.168.76.24/32 dev lo'

  it('the arptables rules come before the VIP, in front of all others', () => {
    expect(unit('arptables').lines).toEqual([
      '-/usr/sbin/arptables -D INPUT -d 192.168.76.24 -j DROP',
      '/usr/sbin/arptables -I INPUT -d 192.168.76.24 -j DROP',
      '-/usr/sbin/arptables -D OUTPUT -s 192.168.76.24 -j mangle --mangle-ip-s 192.168.76.21',
      '/usr/sbin/arptables -I OUTPUT -s 192.168.76.24 -j mangle --mangle-ip-s 192.168.76.21',
      lo,
    ])
  })

  it('so do they where RHEL’s own service loads them: it may have failed, or have been saved empty', () => {
    const { lines, requires, after } = unit('arptables', guidePlatform)
    expect(lines).toEqual(unit('arptables').lines)
    expect(requires).toEqual(['arptables.service'])
    expect(after).toContain('arptables.service')
  })

  it('the nft table comes before the VIP, and again after each reload of nftables.service', () => {
    expect(unit('nftables').lines).toEqual(['/usr/sbin/nft -f /etc/lbprov/nft-arp.nft', lo])
    expect(unit('nftables').after).toContain('nftables.service')
    expect(filesOf(ofGuide('nftables'))).toContain(
      '# /etc/systemd/system/nftables.service.d/lbprov.conf\n',
    )
    // Its stop is "flush ruleset" too, and so is the first half of a restart that then fails.
    expect(filesOf(ofGuide('nftables'))).toMatch(/^ExecStopPost=-.*nft -f/m)
    expect(filesOf(ofGuide('sysctl'))).not.toContain('nftables.service.d')
  })

  it('the sysctls come before the VIPs, of both families', () => {
    expect(unit('sysctl', debianPlatform, directBoth('sysctl')).lines).toEqual([
      '/usr/sbin/sysctl -q -p /etc/sysctl.d/90-lbprov-net.ipv4.conf.eth0.76.arp_ignore.conf',
      '/usr/sbin/sysctl -q -p /etc/sysctl.d/90-lbprov-net.ipv4.conf.eth0.76.arp_announce.conf',
      lo,
      '/sbin/ip -6 addr replace 2001:db8:76::24/128 dev lo nodad',
      '/sbin/ip addr replace 192.168.76.25/32 dev lo',
    ])
  })

  it('redirects of iptables come after whatever the platform loads; firewalld has its own', () => {
    const { lines, after } = unit('iptables')
    expect(lines).toEqual([
      '-/usr/sbin/iptables -w -t nat -D PREROUTING -d 192.168.76.24/32 -p tcp -m tcp --dport 80 -m comment --comment lbprov -j REDIRECT',
      '/usr/sbin/iptables -w -t nat -A PREROUTING -d 192.168.76.24/32 -p tcp -m tcp --dport 80 -m comment --comment lbprov -j REDIRECT',
    ])
    expect(after).toEqual(
      expect.arrayContaining(['iptables.service', 'netfilter-persistent.service']),
    )
    expect(unit('firewalld').lines).toEqual([])
  })

  it('a tunnel’s device is up before the VIPs that come through it', () => {
    const { lines, after } = unit('sysctl', debianPlatform, tunnelBoth('sysctl'))
    expect(lines.slice(2)).toEqual([
      '/usr/sbin/sysctl -q -p /etc/sysctl.d/90-lbprov-net.ipv4.conf.tunl0.rp_filter.conf',
      '/sbin/ip link set dev tunl0 up',
      '/sbin/ip link set dev ip6tnl0 up',
      '/sbin/ip addr replace 203.0.113.10/32 dev lo',
      '/sbin/ip -6 addr replace 2001:db8:113::10/128 dev lo nodad',
    ])
    expect(after).toContain('systemd-modules-load.service')
  })
})

describe('a tunnel', () => {
  it('needs no loose filter on the card, and is silent on it all the same', () => {
    const found = resources(vips, clusterOf(kitchenSink), 'rs4')
    expect(ids(found).filter((id) => id.includes('rp_filter'))).toEqual([])
    expect(wishOf(found, 'sysctl net.ipv4.conf.eth0.arp_ignore')).toMatchObject({ value: '1' })
  })
})
