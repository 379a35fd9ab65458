import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Cluster } from '../../src/inventory/cluster.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { reveal } from '../../src/secret.ts'
import { means } from './cases.ts'

const nat = readFileSync('inventory/nat.yaml', 'utf8')
const direct = readFileSync('inventory/direct.yaml', 'utf8')

const changed = (text: string, ...changes: readonly (readonly [string, string])[]): string =>
  changes.reduce((sofar, [from, to]) => {
    expect(sofar).toContain(from)
    return sofar.replace(from, to)
  }, text)

const SORRY = '    protocol: udp\n    sorry_server: { address: 203.0.113.99 }'

const read = (text: string): Cluster => readInventory('clusters/web.yaml', text, means).cluster

const marks = (cluster: Cluster) =>
  cluster.services.flatMap(({ name, virtualServers }) =>
    virtualServers.map(({ vip, firewallMark }) => [name, vip.name, firewallMark]),
  )

const jumps = (cluster: Cluster, host: string) =>
  [...cluster.routers, ...cluster.realServers]
    .find(({ name }) => name === host)
    ?.ssh.proxyJump?.map(({ user, host: to, port }) => `${user ?? ''}@${to}:${String(port ?? '')}`)

describe('jumps', () => {
  it('a default jump through a host of the inventory ends before that host itself', () => {
    const cluster = read(changed(nat, ['  become: false', '  proxy_jump: lb1\n  become: false']))
    // Of lb1 itself it says nothing: ssh_config may.
    expect(jumps(cluster, 'lb1')).toBeUndefined()
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

describe('what ssh does not say', () => {
  const bare = nat.replace(/^ssh:[^]*?^networks:/m, 'networks:')

  it('is left to ssh_config', () => {
    expect(read(bare).routers[0]?.ssh).toEqual({
      host: '192.0.2.11',
      port: undefined,
      user: undefined,
      identityFiles: [],
      userKnownHostsFiles: [],
      strictHostKeyChecking: undefined,
      connectTimeout: undefined,
      transport: undefined,
      become: undefined,
      proxyJump: undefined,
    })
  })

  it('of how root’s rights are had is sudo, and root’s', () => {
    const become = (ssh: string) =>
      read(changed(nat, ['  become: false', ssh])).routers.map((router) => router.ssh.become)
    const usual = { method: 'sudo', user: 'root', password: undefined }
    expect(become('  become: true')).toEqual([usual, usual])
    const [lb1] = become(
      '  become: true\n  become_method: doas\n  become_password: { env: VRRP_PASS }',
    )
    expect(lb1).toMatchObject({ method: 'doas', user: 'root' })
    expect(lb1?.password && reveal(lb1.password)).toBe('passw123')
  })
})

it('nobody jumps to this very machine, and who is jumped through becomes nobody', () => {
  const cluster = read(
    changed(
      nat,
      ['  become: false', '  become: true\n  proxy_jump: lb2'],
      ['ssh: 192.0.2.11 ', 'ssh: { transport: local } #'],
    ),
  )
  const [lb1, lb2] = cluster.routers
  expect(lb1?.ssh).toMatchObject({ transport: 'local', proxyJump: [] })
  expect(lb2?.ssh).toMatchObject({ transport: undefined, proxyJump: undefined })
  expect(cluster.realServers[0]?.ssh.become).toBeDefined()
  expect(cluster.realServers[0]?.ssh.proxyJump).toMatchObject([
    { host: '192.0.2.12', become: undefined, transport: undefined },
  ])
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

  it('given: one for VIPs of different families, or one for each', () => {
    const given = (text: string) =>
      marks(
        read(changed(direct, ['    ports: [80, 443]', `    ports: [80, 443]\n    ${text}`])),
      ).map(([, , mark]) => mark)
    expect(given('firewall_mark: 80')).toEqual([80, 80, undefined])
    expect(given('firewall_mark: [80, 81]')).toEqual([80, 81, undefined])
  })

  it('leave the port to the client and are checked where such a check is at home', () => {
    const text = changed(direct, ['http: { port: 80, path: /healthz', 'https: { path: /healthz'])
    const [web] = read(text).services
    expect(web?.checks[0]?.port).toBe(443)
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
      {
        name: 'rs2',
        address: '10.11.12.21',
        port: 8080,
        weight: 0,
        forwarding: 'nat',
        inhibitOnFailure: false,
      },
      {
        name: 'rs1',
        address: '10.11.12.20',
        port: 80,
        weight: 1,
        forwarding: 'nat',
        inhibitOnFailure: false,
      },
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
  const [, dns] = read(
    changed(direct, ['    vip: shop\n', '    vip: [shop, shop6]\n'], ['    protocol: udp', SORRY]),
  ).services
  expect(dns?.virtualServers.map(({ sorryServer }) => sorryServer)).toEqual([
    { address: '203.0.113.99', port: 53, forwarding: 'direct' },
    undefined,
  ])
})

it('a sorry server has no port where a mark delivers packets as they came, and may have one under NAT', () => {
  const [web] = read(direct).services
  expect(web?.virtualServers[0]?.sorryServer).toMatchObject({ address: '203.0.113.99', port: 0 })
  const port = (sorry: string) =>
    read(changed(nat, ['    port: 80', `    ports: [80, 81]\n    sorry_server: ${sorry}`]))
      .services[0]?.virtualServers[0]?.sorryServer?.port
  expect(port('{ address: 10.11.12.99, port: 8080 }')).toBe(8080)
  expect(port('{ address: 10.11.12.99 }')).toBe(0)
})

it('a sorry server that is in the pool is reached as it is there', () => {
  const forwarding = (member: string) =>
    read(
      changed(
        nat,
        ['    port: 80', '    port: 80\n    sorry_server: { address: 10.11.12.22 }'],
        ['address: 10.11.12.22 }', `address: 10.11.12.22, ${member} }`],
      ),
    ).services[0]?.virtualServers[0]?.sorryServer?.forwarding
  expect(forwarding('weight: 1')).toBe('nat')
  expect(forwarding('forwarding: direct')).toBe('direct')
})

describe('ports', () => {
  const ports = (text: string) =>
    read(changed(nat, ['    port: 80', `    ${text}\n    persistence_timeout: 60`])).services[0]

  it('keep their order, and a range of one is a port', () => {
    const service = ports('ports: [443, "443-443"]'.replace('443, ', '"8000-8100", 80, '))
    expect(service?.ports).toEqual([
      { first: 8000, last: 8100 },
      { first: 80, last: 80 },
      { first: 443, last: 443 },
    ])
    const [only] = ports('ports: ["443-443"]')?.virtualServers ?? []
    expect(only).toMatchObject({ port: 443, firewallMark: undefined })
  })

  it('of FTP are 21 and the passive ones, which need a mark', () => {
    const plain = ports('ftp: { active: true }')
    expect(plain).toMatchObject({ ftp: { passivePorts: undefined, active: true } })
    expect(plain?.virtualServers[0]).toMatchObject({ port: 21, firewallMark: undefined })
    const passive = ports('ftp: { passive_ports: "10000-20000" }')
    expect(passive?.ports).toEqual([
      { first: 21, last: 21 },
      { first: 10000, last: 20000 },
    ])
    expect(passive?.virtualServers[0]).toMatchObject({ port: undefined })
    expect(passive?.virtualServers[0]?.firewallMark).toBeGreaterThanOrEqual(100_000)
    expect(passive?.checks).toMatchObject([{ kind: 'tcp', port: 21 }])
    expect(ports('port: 2121\n    ftp: {}')?.ports).toEqual([{ first: 2121, last: 2121 }])
  })

  it('a given mark stands even for one port, which real servers then keep', () => {
    const [server] = ports('port: 80\n    firewall_mark: 7')?.virtualServers ?? []
    expect(server).toMatchObject({ port: undefined, firewallMark: 7 })
    expect(server?.pool.map(({ port }) => port)).toEqual([0, 0, 0])
  })
})

describe('checks', () => {
  const checks = (check: string, more = '') => {
    const line = '    check: { tcp: { connect_timeout: 10 } }\n'
    return read(changed(nat, [line, `${check === '' ? '' : `    check: ${check}\n`}${more}`]))
      .services[0]?.checks
  }

  it('by default a TCP connection, for udp and sctp nothing, and none means none', () => {
    expect(checks('')).toMatchObject([{ kind: 'tcp', port: undefined }])
    expect(checks('none')).toEqual([])
    expect(checks('', '    protocol: udp\n')).toEqual([])
    expect(checks('', '    protocol: sctp\n')).toEqual([])
  })

  it('a list keeps its order', () => {
    const found = checks(
      '[{ ping: {} }, { tcp: { port: 22, connect_ip: 10.11.12.99 } }, { https: {} }]',
    )
    expect(found?.map(({ kind }) => kind)).toEqual(['ping', 'tcp', 'https'])
    expect(found?.[1]).toMatchObject({ port: 22, connectIp: '10.11.12.99' })
  })

  it('a page of its own, or several; statuses as keepalived has them, digests in small letters', () => {
    expect(
      checks('{ http: { path: /a, status: 204, virtualhost: www.example.com } }'),
    ).toMatchObject([
      {
        kind: 'http',
        virtualhost: 'www.example.com',
        sni: false,
        pages: [{ path: '/a', status: '204', digest: undefined, virtualhost: undefined }],
      },
    ])
    const pages =
      '[{ status: " 200-299  301 ", virtualhost: a }, { path: /b, digest: D41D8CD98F00B204E9800998ECF8427E }]'
    expect(checks(`{ https: { sni: true, virtualhost: c, pages: ${pages} } }`)).toMatchObject([
      {
        kind: 'https',
        virtualhost: 'c',
        sni: true,
        pages: [
          { path: '/', status: '200-299 301', virtualhost: 'a' },
          { path: '/b', status: undefined, digest: 'd41d8cd98f00b204e9800998ecf8427e' },
        ],
      },
    ])
  })

  it('every word of every kind arrives', () => {
    const timing = 'retry: 0, delay_before_retry: 2, delay_loop: 30, warmup: 0'
    const timed = { retry: 0, delayBeforeRetry: 2, delayLoop: 30, warmup: 0 }
    expect(checks(`{ smtp: { helo_name: lb.example.com, ${timing} } }`)).toMatchObject([
      { kind: 'smtp', heloName: 'lb.example.com', ...timed },
    ])
    expect(checks('{ dns: { name: example.com, type: AAAA } }')).toMatchObject([
      { kind: 'dns', name: 'example.com', type: 'AAAA' },
    ])
    expect(checks('{ udp: { payload: 0A0b, require_reply: true, port: 7 } }')).toMatchObject([
      { kind: 'udp', payload: '0a0b', requireReply: true },
    ])
    expect(checks(`{ ping: { connect_timeout: 4, ${timing} } }`)).toMatchObject([
      { kind: 'ping', port: undefined, connectTimeout: 4, ...timed },
    ])
    const misc = `{ misc: { command: [/bin/true, a], timeout: 5, dynamic: true, ${timing} } }`
    expect(checks(misc)).toMatchObject([
      {
        kind: 'misc',
        program: { shipped: undefined, words: ['/bin/true', 'a'] },
        timeout: 5,
        dynamic: true,
        ...timed,
      },
    ])
  })

  it('a mark is checked where such a check is at home, even in a range', () => {
    const marked = (check: string, ports: string) =>
      read(
        changed(
          nat,
          ['    port: 80', `    ports: ${ports}\n    persistence_timeout: 60`],
          ['    check: { tcp: { connect_timeout: 10 } }', `    check: ${check}`],
        ),
      ).services[0]?.checks.map(({ port }) => port)
    expect(marked('[{ tcp: {} }, { http: {} }, { https: {} }]', '["1000-1010", "70-90"]')).toEqual([
      1000, 80, 1000,
    ])
    expect(marked('[{ smtp: {} }, { ping: {} }]', '[24, 25]')).toEqual([25, undefined])
    expect(marked('{ http: { port: 8080 } }', '[80, 443]')).toEqual([8080])
  })
})

describe('forwarding', () => {
  const pool = (text: string) =>
    read(text).services[0]?.virtualServers[0]?.pool.map(({ name, forwarding }) => [
      name,
      forwarding,
    ])

  it('the nearest word counts: of the service for this real server, of the real server, of the service', () => {
    const service =
      '    forwarding: tunnel\n    real_servers: { rs1: { forwarding: nat }, rs2: {}, rs3: {} }  #'
    const text = changed(
      nat,
      ['    # real_servers: [rs1, rs2]', service],
      ['  rs1: { ssh', '  rs1: { forwarding: direct, ssh'],
      ['  rs2: { ssh', '  rs2: { forwarding: direct, ssh'],
    )
    expect(pool(text)).toEqual([
      ['rs1', 'nat'],
      ['rs2', 'direct'],
      ['rs3', 'tunnel'],
    ])
  })
})

it('a dead real server keeps its place where its service or its own entry says so', () => {
  const service =
    '    inhibit_on_failure: true\n    real_servers: { rs1: { inhibit_on_failure: false }, rs2: {} }  #'
  const [http] = read(changed(nat, ['    # real_servers: [rs1, rs2]', service])).services
  const [server] = http?.virtualServers ?? []
  expect(server?.pool.map(({ inhibitOnFailure }) => inhibitOnFailure)).toEqual([false, true])
})

it('each family has the granularity that is spelled as its own', () => {
  const granularities = (value: string) =>
    read(
      changed(direct, [
        '    persistence_timeout: 300',
        `    persistence_timeout: 300\n    persistence_granularity: ${value}`,
      ]),
    ).services[0]?.virtualServers.map(({ persistenceGranularity }) => persistenceGranularity)
  expect(granularities('[64, 255.255.255.0]')).toEqual(['255.255.255.0', '64'])
  expect(granularities('48')).toEqual([undefined, '48'])
})

it('the provider of a host wins over the inventory’s', () => {
  const text = changed(
    nat,
    ['networks:', 'network: { provider: ifcfg }\nnetworks:'],
    ['    priority: 99', '    network: { provider: ifupdown }\n    priority: 99'],
  )
  expect(read(text).routers.map(({ provider }) => provider)).toEqual(['ifcfg', 'ifupdown'])
})
