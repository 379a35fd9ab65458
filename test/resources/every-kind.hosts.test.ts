import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { Resource } from '../../src/resource.ts'
import { address } from '../../src/resources/address.ts'
import { arptables } from '../../src/resources/arptables.ts'
import { boot_unit } from '../../src/resources/boot_unit.ts'
import { command } from '../../src/resources/command.ts'
import { file } from '../../src/resources/file.ts'
import { firewalld } from '../../src/resources/firewalld.ts'
import { ifupdown_sources } from '../../src/resources/ifupdown_sources.ts'
import { resourceKinds } from '../../src/resources/index.ts'
import { iptables } from '../../src/resources/iptables.ts'
import { ipvs_drain } from '../../src/resources/ipvs_drain.ts'
import { keepalived_daemon } from '../../src/resources/keepalived_daemon.ts'
import { kernel_module } from '../../src/resources/kernel_module.ts'
import { link } from '../../src/resources/link.ts'
import { loopback_vips } from '../../src/resources/loopback_vips.ts'
import { nft_table } from '../../src/resources/nft_table.ts'
import { packageResource } from '../../src/resources/package.ts'
import { pool_gate } from '../../src/resources/pool_gate.ts'
import { route } from '../../src/resources/route.ts'
import { service } from '../../src/resources/service.ts'
import { silent_segment } from '../../src/resources/silent_segment.ts'
import { sysctl } from '../../src/resources/sysctl.ts'
import { sysctl_condition } from '../../src/resources/sysctl_condition.ts'
import { vrrp_condition } from '../../src/resources/vrrp_condition.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { applyOn, judgeOn, runOn, shells } from './on-host.ts'

let toy: Toy
const script = (text: string): string => toy.run(['sh', '-c', text]).out

// All that a probe could spoil: files with the time of their last change, the network, and packet filters.
const everything = (): string =>
  script(`find /etc /run /tmp /srv /usr/local/bin /var/lib/lbprov \\
      -printf '%p %y %m %u %g %s %C@ %l\\n' 2>/dev/null | sort
    ip -o addr; ip -o link; ip -4 route show table all; ip -6 route show table all
    grep -r . /proc/sys/net/ipv4/conf 2>/dev/null | sort; ls /sys/module
    nft list ruleset 2>/dev/null; cat /proc/net/*_tables_names 2>/dev/null`)

/** Waits for the carrier of a card that went down and came up: the kernel tells of it in its own time. */
const settle = (): void => {
  script(
    "left=200; while ip -o link | grep -q '<NO-CARRIER' && [ $left != 0 ]; do sleep 0.05; left=$((left - 1)); done",
  )
}

const network = (): string =>
  script('ip -o addr; ip -4 route; ip -6 route').replace(/ tentative/g, '')

/** A wish for each kind, and what makes the host differ from it. */
const wishes: readonly (readonly [Resource, string?])[] = [
  [address.bind({ device: 'eth0', address: '10.11.12.22', prefix: 24 })],
  [address.bind({ device: 'lo', address: '192.0.2.10', prefix: 32 })],
  [address.bind({ device: 'eth0', address: '2001:DB8::22', prefix: 64 })],
  [
    arptables.bind({
      rules: [{ vip: '203.0.113.24', source: '203.0.113.21' }],
      saved: '/etc/sysconfig/arptables',
    }),
  ],
  [
    boot_unit.bind({
      name: 'lbprov-vips.service',
      description: 'VIPs',
      after: ['network-online.target'],
      commands: [{ words: ['/sbin/ip', 'addr', 'replace', '203.0.113.25/32', 'dev', 'lo'] }],
    }),
  ],
  [command.bind({ argv: ['touch', "/srv/it's done"], creates: "/srv/it's done" })],
  [command.bind({ argv: ['touch', '/srv/$(x)'], unless: ['test', '-e', '/srv/$(x)'] })],
  [file.bind({ path: '/srv/new/deep/file', content: 'text\n', owner: 'nobody', mode: '0640' })],
  [file.bind({ path: '/srv/nobody', content: '', mode: '0000' })],
  [
    ifupdown_sources.bind({ devices: ['eth0'] }),
    'mkdir -p /etc/network; echo "iface lo inet loopback" >/etc/network/interfaces',
  ],
  [
    iptables.bind({
      family: 4,
      table: 'mangle',
      rules: [
        {
          chain: 'PREROUTING',
          match: ['-d', '203.0.113.10/32', '-p', 'tcp', '-m', 'multiport', '--dports', '80,443'],
          target: ['-j', 'MARK', '--set-xmark', '0x50/0xffffffff'],
        },
      ],
      saved: '/etc/iptables/rules.v4',
    }),
  ],
  [
    keepalived_daemon.bind({
      part: 'run',
      conf: { path: '/etc/keepalived/keepalived.conf' },
      adverts: '-',
      vips: ['203.0.113.10'],
      table: [],
      routers: 2,
    }),
    `mkdir -p /etc/keepalived; echo 'vrrp_instance a {' >/etc/keepalived/keepalived.conf; echo '}' >>/etc/keepalived/keepalived.conf`,
  ],
  [kernel_module.bind({ name: 'ip_vs_toy' })],
  [link.bind({ device: 'eth1' }), 'ip link set eth1 down'],
  [loopback_vips.bind({ part: 'present', addresses: ['203.0.113.24', '2001:db8:7::18'] })],
  // Put there by the unit above.
  [
    loopback_vips.bind({ part: 'leaving', addresses: ['203.0.113.24'] }),
    'ip addr add 203.0.113.25/32 dev lo',
  ],
  [
    nft_table.bind({
      family: 'arp',
      name: 'lbprov',
      chains: [
        {
          name: 'input',
          type: 'filter',
          hook: 'input',
          priority: 0,
          rules: ['arp daddr ip 203.0.113.24 drop'],
        },
      ],
    }),
  ],
  [packageResource.bind({ manager: 'apt', names: ['toypackage', 'other-package'] })],
  [
    pool_gate.bind({
      conf: '/srv/keepalived.conf',
      seenFrom: 'lb1',
      members: [
        {
          name: 'rs1',
          at: { protocol: 'tcp', address: '203.0.113.10', port: 80 },
          address: '127.0.0.1',
          port: 8080,
          asked: { address: '127.0.0.1', port: 8080 },
        },
      ],
    }),
    `echo 'virtual_server 203.0.113.10 80 {' >/srv/keepalived.conf; echo '}' >>/srv/keepalived.conf
    systemctl start keepalived; busybox nc -ll -p 8080 -e true >/dev/null 2>&1 </dev/null &`,
  ],
  [route.bind({ via: '10.9.0.1', device: 'eth1' }), 'ip addr add 10.9.0.2/24 dev eth1'],
  [
    route.bind({ via: '10.9.0.9', device: 'eth1' }),
    'ip route replace default via 10.9.0.7 dev eth1 proto static src 10.9.0.2 mtu 1400',
  ],
  [
    route.bind({ via: '10.9.0.3', device: 'eth1' }),
    'ip route replace default proto static nexthop via 10.9.0.4 dev eth1 weight 1 nexthop via 10.9.0.5 dev eth1 weight 3',
  ],
  [
    route.bind({ via: '2001:db8:9::1', device: 'eth1' }),
    'ip addr add 2001:db8:9::2/64 dev eth1; ip -6 route add default via 2001:db8:9::7 dev eth1 metric 100',
  ],
  [service.bind({ name: 'ssh' })],
  [service.bind({ name: 'ssh.service', loads: [{ path: '/etc/ssh/sshd_config' }] })],
  [sysctl.bind({ key: 'net.ipv4.ip_forward', value: 1, reason: "a router's duty" })],
  [sysctl.bind({ key: 'net.ipv4.conf.eth0.send_redirects', value: 0 })],
  [sysctl.bind({ key: 'net.ipv4.conf.eth1/100.arp_ignore', value: 1 })],
  [sysctl.bind({ key: 'net/ipv4/conf/eth1.100/arp_announce', value: 2 })],
  [sysctl.bind({ key: 'net.ipv4.ip_local_port_range', value: '20000 60000' })],
  [
    sysctl.bind({ key: 'net.ipv4.conf.eth1.arp_ignore', absent: { otherwise: 0 } }),
    `echo 1 >/proc/sys/net/ipv4/conf/eth1/arp_ignore
    echo net.ipv4.conf.eth1.arp_ignore = 1 >/etc/sysctl.d/90-lbprov-net.ipv4.conf.eth1.arp_ignore.conf`,
  ],
]

/** What changes nothing, ever, and has nothing to say against a toy host; and firewalld, which is not there. */
const conditions: readonly Resource[] = [
  firewalld.bind({ redirects: [], accepts: [], direct: [] }),
  ipvs_drain.bind({
    conf: '/etc/keepalived/keepalived.conf',
    keep: [],
    vips: ['203.0.113.10'],
    timeoutSeconds: 60,
  }),
  silent_segment.bind({ subnets: ['10.0.0.0/8'], devices: ['eth0', 'eth1'] }),
  sysctl_condition.bind({
    keys: ['net.ipv4.conf.all.rp_filter', 'net.ipv4.conf.eth0.rp_filter'],
    allowed: ['0', '1', '2'],
    because: 'there is no other value.',
  }),
  vrrp_condition.bind({ family: 4 }),
]

describe.each(shells)('with %s', (...shell) => {
  beforeAll(async () => {
    toy = await toyHost()
    // Without what the kernel does to an interface by itself, and in its own time.
    script('cd /proc/sys/net/ipv6/conf/default; echo 0 >accept_dad; echo 1 >addr_gen_mode')
    for (const device of ['eth0', 'eth1', 'eth1.100']) toy.addLink(device)
  })
  afterAll(() => toy.close())

  it('has a wish for each kind', () => {
    const kinds = [...wishes.map(([{ kind }]) => kind), ...conditions.map(({ kind }) => kind)]
    expect([...new Set(kinds)].sort()).toEqual(resourceKinds.map(({ name }) => name).sort())
  })

  it.each(wishes.map(([wish, setup]) => [wish.id, wish, setup] as const))(
    '%s: asking changes nothing, undone is as before, applied is as wished',
    (_, wish, setup) => {
      if (setup !== undefined) script(setup)
      settle()
      const before = everything()
      const changes = judgeOn(toy, wish, shell)
      expect(everything()).toBe(before)
      expect(changes).not.toEqual([])

      for (const change of changes) {
        if (change.severs !== true) continue
        const known = network()
        runOn(toy, [change.run], shell)
        expect(network()).not.toBe(known)
        runOn(toy, [change.undo], shell)
        expect(network()).toBe(known)
      }

      applyOn(toy, wish, shell)
      expect(judgeOn(toy, wish, shell)).toEqual([])
    },
  )

  it.each(conditions.map((condition) => [condition.id, condition] as const))(
    '%s: asking changes nothing, and there is nothing to change',
    (_, condition) => {
      const before = everything()
      expect(judgeOn(toy, condition, shell)).toEqual([])
      expect(everything()).toBe(before)
    },
  )
})
