import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Cluster } from '../../src/inventory/cluster.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { means } from './cases.ts'

const nat = readFileSync('inventory/nat.yaml', 'utf8')
const direct = readFileSync('inventory/direct.yaml', 'utf8')

const changed = (text: string, ...changes: readonly (readonly [string, string])[]): string =>
  changes.reduce((sofar, [from, to]) => {
    expect(sofar).toContain(from)
    return sofar.replace(from, to)
  }, text)

const read = (text: string): Cluster => readInventory('clusters/web.yaml', text, means).cluster

const marks = (cluster: Cluster) =>
  cluster.services.flatMap(({ name, virtualServers }) =>
    virtualServers.map(({ vip, firewallMark }) => [name, vip.name, firewallMark]),
  )

const jumps = (cluster: Cluster, host: string) =>
  [...cluster.routers, ...cluster.realServers]
    .find(({ name }) => name === host)
    ?.ssh.proxyJump.map(({ user, host: to, port }) => `${user}@${to}:${String(port)}`)

describe('jumps', () => {
  it('a default jump through a host of the inventory ends before that host itself', () => {
    const cluster = read(changed(nat, ['  become: false', '  proxy_jump: lb1\n  become: false']))
    expect(jumps(cluster, 'lb1')).toEqual([])
    expect(jumps(cluster, 'rs1')).toEqual(['root@192.0.2.11:22'])
  })

  it('a hop has its own settings, its own jumps first, and what the hop says over them', () => {
    const cluster = read(
      changed(
        nat,
        ['ssh: 192.0.2.11 ', 'ssh: { host: 192.0.2.11, port: 2222, proxy_jump: admin@bastion } #'],
        ['ssh: 192.0.2.21', 'ssh: { host: 192.0.2.21, proxy_jump: ops@lb1 }'],
      ),
    )
    expect(jumps(cluster, 'rs1')).toEqual(['admin@bastion:22', 'ops@192.0.2.11:2222'])
  })

  it('as in OpenSSH only the first hop of a list brings jumps of its own', () => {
    const cluster = read(
      changed(
        nat,
        ['ssh: 192.0.2.11 ', 'ssh: { host: 192.0.2.11, proxy_jump: bastion } #'],
        [
          'ssh: 192.0.2.21',
          'ssh: { host: 192.0.2.21, proxy_jump: "gate:2200, lb1, [2001:db8::1]:22" }',
        ],
        ['ssh: 192.0.2.22', 'ssh: { host: 192.0.2.22, proxy_jump: none }'],
      ),
    )
    expect(jumps(cluster, 'rs1')).toEqual([
      'root@gate:2200',
      'root@192.0.2.11:22',
      'root@2001:db8::1:22',
    ])
    expect(jumps(cluster, 'rs2')).toEqual([])
  })
})

it('paths: ~ is home, and what is relative is seen from the inventory', () => {
  const text = changed(nat, [
    'identity_file: ~/.ssh/id_ed25519',
    'identity_file: [keys/a, /etc/b, ~/c]',
  ])
  expect(read(text).routers[0]?.ssh.identityFiles).toEqual([
    'clusters/keys/a',
    '/etc/b',
    '/home/operator/c',
  ])
})

it('a host without ssh is reached by its name', () => {
  const text = changed(nat, ['{ ssh: 192.0.2.21, interfaces', '{ interfaces'])
  expect(read(text).realServers[0]?.ssh.host).toBe('rs1')
})

it('given virtual router ids win: one for all, or one for each subnet', () => {
  const ids = (text: string) => read(text).vrrp.instances.map((one) => one.virtualRouterId)
  const last = ['2001:db8:113::1"] }', '2001:db8:113::1"], virtual_router_id: 50 }'] as const
  expect(ids(changed(direct, last))).toEqual([50, 50])
  expect(ids(changed(direct, [last[0], last[1].replace('50', '[50, 51]')]))).toEqual([50, 51])
})

it('a network of IPv6 alone has an instance of its plain name', () => {
  const text = changed(
    direct,
    ['subnet: [203.0.113.0/24, "2001:db8:113::/64"]', 'subnet: "2001:db8:113::/64"'],
    ['gateway: [203.0.113.254, "2001:db8:113::1"]', 'gateway: "2001:db8:113::1"'],
    ['  shop:  203.0.113.24\n', ''],
    ['vip: [shop, shop6]', 'vip: shop6'],
    ['    vip: shop\n', '    vip: shop6\n'],
    ['sorry_server: { address: 203.0.113.99, port: 80 }', 'delay_loop: 3'],
    [', gateway: 203.0.113.253', ''],
  ).replaceAll(/\[203\.0\.113\.\d+, ("[^"]+")\]/g, '$1')
  expect(read(text).vrrp.instances.map(({ name, family }) => [name, family])).toEqual([['lan', 6]])
  expect(read(text).vrrp.authPass).toBeUndefined()
})

describe('firewall marks', () => {
  it('are six digits, one for each service and VIP with several ports', () => {
    expect(marks(read(direct))).toEqual([
      ['web', 'shop', 241972],
      ['web', 'shop6', 273468],
      ['dns', 'shop', undefined],
    ])
  })

  it('do not move when a service comes before or the order changes', () => {
    const more = changed(direct, [
      'services:\n',
      'services:\n  mail: { vip: shop, ports: [25, 465] }\n',
    ])
    expect(marks(read(more))).toEqual(expect.arrayContaining(marks(read(direct))))
  })

  it('leave the port to the client and are checked where such a check is at home', () => {
    const text = changed(direct, ['http: { port: 80, path: /healthz', 'https: { path: /healthz'])
    const [web] = read(text).services
    expect(web?.check?.port).toBe(443)
    expect(web?.virtualServers[0]?.pool.map(({ port }) => port)).toEqual([0, 0, 0])
  })

  it('are not made for a list of one', () => {
    const [web] = read(changed(direct, ['ports: [80, 443]', 'ports: [80]'])).services
    expect(web?.virtualServers[0]).toMatchObject({ port: 80, firewallMark: undefined })
  })
})

describe('pools', () => {
  it('a service says its own weights and ports, and zero is a value', () => {
    const text = changed(nat, [
      '    # real_servers: [rs1, rs2]',
      '    real_servers: { rs2: { weight: 0, port: 8080 }, rs1: {} }  #',
    ])
    expect(read(text).services[0]?.virtualServers[0]?.pool).toEqual([
      { name: 'rs2', address: '10.11.12.21', port: 8080, weight: 0 },
      { name: 'rs1', address: '10.11.12.20', port: 80, weight: 1 },
    ])
  })

  it('take the address on the network with the gateway VIP under NAT', () => {
    const text = changed(nat, [
      'interfaces: { eth0: { network: private, address: 10.11.12.20 } }',
      'interfaces: { eth1: { network: public, address: 203.0.113.20, gateway: none }, eth0: { network: private, address: 10.11.12.20 } }',
    ])
    const [first] = read(text).services[0]?.virtualServers[0]?.pool ?? []
    expect(first?.address).toBe('10.11.12.20')
    expect(read(text).realServers[0]?.interfaces.map(({ gateways }) => gateways)).toEqual([
      [],
      ['10.11.12.10'],
    ])
  })

  it('a tunnel reaches real servers on any network', () => {
    const text = changed(
      direct,
      ['forwarding: direct', 'forwarding: tunnel'],
      ['  lan: {', '  far: { subnet: 198.51.100.0/24, gateway: 198.51.100.1 }\n  lan: {'],
      [
        'eth0: { network: lan, address: [203.0.113.21, "2001:db8:113::21"] }',
        'eth0: { network: far, address: 198.51.100.21 }',
      ],
    )
    const [first] = read(text).services[0]?.virtualServers[0]?.pool ?? []
    expect(first?.address).toBe('198.51.100.21')
  })
})

it('a sorry server stands only where its family does', () => {
  const [web] = read(direct).services
  expect(web?.virtualServers.map(({ sorryServer }) => sorryServer)).toEqual([
    { address: '203.0.113.99', port: 80 },
    undefined,
  ])
})

it('the default check is a TCP connection, and none means none', () => {
  const line = '    check: { tcp: { connect_timeout: 10 } }\n'
  expect(read(changed(nat, [line, ''])).services[0]?.check).toMatchObject({ kind: 'tcp' })
  expect(read(changed(nat, [line, '    check: none\n'])).services[0]?.check).toBeUndefined()
})

it('the provider of a host wins over the inventory’s', () => {
  const text = changed(
    nat,
    ['networks:', 'network: { provider: ifcfg }\nnetworks:'],
    ['    priority: 99', '    network: { provider: ifupdown }\n    priority: 99'],
  )
  expect(read(text).routers.map(({ provider }) => provider)).toEqual(['ifcfg', 'ifupdown'])
})
