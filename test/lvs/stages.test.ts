import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { hostsOf, type Cluster, type ManagedHost } from '../../src/inventory/cluster.ts'
import type { ArpMethod } from '../../src/inventory/network.ts'
import { firewall } from '../../src/lvs/firewall.ts'
import { former_firewall } from '../../src/lvs/former_firewall.ts'
import { former_vips } from '../../src/lvs/former_vips.ts'
import { nothingRemembered, type Place, type Task } from '../../src/lvs/task.ts'
import { vips } from '../../src/lvs/vips.ts'
import { debianPlatform, type Platform } from '../../src/platform.ts'
import type { Resource } from '../../src/resource.ts'
import { guideRealServer } from './direct-inventories.ts'
import { clusterOf, guideMarks } from './inventories.ts'
import { ids, ruleLines, wishOf } from './places.ts'

type Records = Place['records']

const recordPath = /^\/var\/lib\/lbprov\/records\/(\w+)\.json$/

/** What these resources would leave in the records, as the next run is told of it: on one line. */
const written = (found: readonly Resource[], before: Records = {}): Records => ({
  ...before,
  ...Object.fromEntries(
    found
      .flatMap(({ files }) => files)
      .flatMap(({ path, text }) => {
        const name = recordPath.exec(path)?.[1]
        return name === undefined ? [] : [[name, text.replaceAll('\n', '')]]
      }),
  ),
})

const platform: Platform = { ...debianPlatform, firewall: 'iptables', filtered: true }

/** With the firewall that the host's way needs. */
const platformOf = (host: ManagedHost, of: Platform): Platform =>
  host.role === 'real_server' && host.arp === 'firewalld' ? { ...of, firewall: 'firewalld' } : of

const by = (
  task: Task,
  cluster: Cluster,
  name: string,
  records: Records,
  of = platform,
): readonly Resource[] => {
  const host = hostsOf(cluster).find((each) => each.name === name)
  if (host === undefined) throw new Error(`no host ${name}`)
  return task.resources({
    cluster,
    host,
    platform: platformOf(host, of),
    ...nothingRemembered,
    records,
  })
}

const withoutRecords = (found: readonly Resource[]): readonly Resource[] =>
  found.filter(({ id }) => !id.includes('/lbprov/records/'))

/** Two stages of one run, the second with the memory of the first's beginning, as a run has it. */
const run = ([first, second]: readonly [Task, Task], inventory: string, name: string) => {
  const cluster = clusterOf(inventory)
  return (records: Records = {}) => {
    const one = by(first, cluster, name, records)
    const two = by(second, cluster, name, records)
    const between = written(one, records)
    return { one, two, between, after: written(two, between) }
  }
}

const onRealServer = (inventory: string) => run([vips, former_vips], inventory, 'rs1')
const onRouter = (inventory: string) => run([firewall, former_firewall], inventory, 'lb1')

const two = (arp: ArpMethod, services: string): string =>
  guideRealServer(arp, services).replace(
    'vips: { www: 192.168.76.24 }',
    'vips: { www: 192.168.76.24, other: 192.168.76.25 }',
  )
const www = '  http: { vip: www, port: 80 }\n'
const other = '  mail: { vip: other, port: 25 }\n'
const wwwOnly = (arp: ArpMethod): string => guideRealServer(arp, www)

const addresses = (found: readonly Resource[], part: 'leaving' | 'present'): unknown =>
  (wishOf(found, `loopback_vips ${part}`) as { addresses: unknown }).addresses

const both = ['192.168.76.24', '192.168.76.25']

describe('a VIP that leaves', () => {
  const before = onRealServer(two('arptables', www + other))().after
  const { one, two: exact, between, after } = onRealServer(wwwOnly('arptables'))(before)

  it('stays silent and on lo before the routers know, and at a boot', () => {
    expect(addresses(one, 'leaving')).toEqual(both)
    expect(addresses(one, 'present')).toEqual(both)
    expect(wishOf(one, 'arptables filter')).toMatchObject({
      rules: [{ vip: both[0] }, { vip: both[1], source: '192.168.76.21' }],
    })
    expect(JSON.stringify(wishOf(one, 'boot_unit lbprov-vips.service'))).toContain(both[1])
    expect(between).toEqual(before)
  })

  it('goes from lo, and then its silence, and is forgotten last', () => {
    expect(addresses(exact, 'leaving')).toEqual([both[0]])
    expect(wishOf(exact, 'arptables filter')).toMatchObject({ rules: [{ vip: both[0] }] })
    const found = ids(exact)
    expect(found.indexOf('loopback_vips leaving')).toBeLessThan(found.indexOf('arptables filter'))
    expect(found.at(-1)).toBe('file /var/lib/lbprov/records/direct_vips.json')
    expect(after.direct_vips).not.toContain(both[1])
  })

  it('is known before it comes: the record is the first that is written', () => {
    const { one: coming } = onRealServer(two('sysctl', www + other))({})
    expect(ids(coming)[0]).toBe('file /var/lib/lbprov/records/direct_vips.json')
    expect(written(coming.slice(0, 1)).direct_vips).toContain(both[1])
  })

  const moved = wwwOnly('sysctl').replace(
    'rs1: { interfaces: { eth0:',
    'rs1: { interfaces: { eth9:',
  )

  it('stays on lo where its card has left the inventory, but does not come there', () => {
    const { one: kept, two: gone } = onRealServer(moved)(before)
    expect(addresses(kept, 'leaving')).toEqual(both)
    expect(addresses(gone, 'leaving')).toEqual([both[0]])
    const redirected = onRealServer(two('iptables', www + other))().after
    expect(addresses(onRealServer(moved)(redirected).one, 'present')).toEqual([both[0]])
    expect(addresses(onRealServer(wwwOnly('sysctl'))(redirected).one, 'present')).toEqual(both)
  })

  it('is taken off lo in the end, though it was not there when the run began', () => {
    const redirected = onRealServer(two('iptables', www + other))().after
    const { one: coming, two: leaving } = onRealServer(wwwOnly('sysctl'))(redirected)
    const answer = (out: string) => ({ exit: 0, out, err: '' })
    const answers = { live: answer('1: lo    inet 127.0.0.1/8 scope host lo'), unit: answer('') }
    const said = (found: readonly Resource[], id: string, earlier: readonly Resource[] = []) =>
      found
        .filter((each) => each.id === id)
        .flatMap((each) =>
          each.judge(
            answers,
            earlier.filter((known) => known.id === id),
          ),
        )
        .map(({ after: later, before: sooner }) => later ?? `not ${String(sooner)}`)
    expect(said(coming, 'loopback_vips present')).toEqual(both.map((each) => `${each}/32`))
    expect(said(leaving, 'loopback_vips leaving', coming)).toEqual([`not ${String(both[1])}/32`])
  })

  it('goes at once where the firewall that would redirect it is another by now', () => {
    const { one: kept } = onRealServer(wwwOnly('iptables'))(before)
    expect(JSON.stringify(wishOf(kept, 'iptables nat'))).toContain(both[1])
    const cluster = clusterOf(wwwOnly('iptables'))
    const [host] = cluster.realServers
    if (host === undefined) throw new Error('no real server')
    const found = vips.resources({
      ...{ cluster, host, platform: { ...platform, firewall: 'firewalld' } },
      ...{ ...nothingRemembered, records: before },
    })
    expect(JSON.stringify(wishOf(found, 'iptables nat'))).not.toContain(both[1])
  })

  it('goes at once where a host has its address by now', () => {
    const taken = wwwOnly('sysctl').replace('192.168.76.22', both[1] ?? '')
    expect(addresses(onRealServer(taken)(before).one, 'leaving')).toEqual([both[0]])
  })

  it('may be of a network that is gone', () => {
    const record = [
      {
        address: '198.51.100.7',
        device: 'eth0',
        source: '198.51.100.8',
        ways: ['tunnel'],
        redirected: false,
        asked: [],
      },
      {
        address: '2001:db8::7',
        device: 'eth7',
        source: '2001:db8::8',
        ways: ['direct'],
        redirected: false,
        asked: [],
      },
    ]
    const { one: kept } = onRealServer(wwwOnly('sysctl'))({ direct_vips: JSON.stringify(record) })
    expect(addresses(kept, 'leaving')).toEqual([both[0], '198.51.100.7', '2001:db8::7'])
  })

  it('may leave with the last service, and nothing of it stays', () => {
    const without = guideRealServer(
      'sysctl',
      '  http: { vip: www, port: 80, real_servers: [rs2] }\n',
    )
    const { one: kept, two: gone, after: left } = onRealServer(without)(before)
    expect(addresses(kept, 'present')).toEqual(both)
    expect(addresses(gone, 'leaving')).toEqual([])
    expect(left.direct_vips).toBe('[]')
  })
})

describe('another method, while a VIP leaves', () => {
  const methods: readonly ArpMethod[] = ['arptables', 'nftables', 'sysctl', 'firewalld', 'iptables']
  const pairs = methods.flatMap((to) => methods.map((from) => [from, to] as const))

  it('takes over all of them in the first stage, from arptables to sysctl', () => {
    const before = onRealServer(two('arptables', www + other))().after
    const { one, two: exact } = onRealServer(wwwOnly('sysctl'))(before)
    expect(wishOf(one, 'arptables filter')).toMatchObject({ rules: [] })
    expect(addresses(one, 'leaving')).toEqual(both)
    const found = ids(one)
    const silent = found.indexOf('sysctl net.ipv4.conf.eth0.arp_ignore')
    expect(silent).toBeLessThan(found.indexOf('arptables filter'))
    expect(silent).toBeLessThan(found.indexOf('loopback_vips present'))
    expect(addresses(exact, 'leaving')).toEqual([both[0]])
  })

  it.each(pairs)('from %s to %s each is held or redirected until the routers know', (from, to) => {
    const before = onRealServer(two(from, www + other))().after
    const { one } = onRealServer(wwwOnly(to))(before)
    const said = JSON.stringify(
      wishOf(one, to === 'firewalld' ? 'firewalld rules' : 'iptables nat'),
    )
    const redirects = to === 'firewalld' || to === 'iptables'
    for (const address of both) expect(said.includes(address)).toBe(redirects)
    expect(addresses(one, 'present')).toEqual(redirects ? [] : both)
  })
})

describe('a real server that leaves a service', () => {
  const services = `${www}  alt: { vip: www, port: 8080, real_servers: [rs1, rs2] }\n`
  const left = services.replace('[rs1, rs2]', '[rs2]')
  const rule = (port: number): string =>
    `-A PREROUTING -d 192.168.76.24/32 -p tcp -m tcp --dport ${String(port)} -j REDIRECT`

  it('takes what it is still sent', () => {
    const before = onRealServer(guideRealServer('iptables', services))().after
    const { one, two: exact } = onRealServer(guideRealServer('iptables', left))(before)
    expect(ruleLines(wishOf(one, 'iptables nat'))).toEqual([rule(80), rule(8080)])
    expect(ruleLines(wishOf(exact, 'iptables nat'))).toEqual([rule(80)])
  })

  it('has nothing of it twice where it is held on lo', () => {
    const before = onRealServer(guideRealServer('nftables', services))().after
    const { one, two: exact } = onRealServer(guideRealServer('nftables', left))(before)
    expect(withoutRecords(one).map(({ wish }) => wish)).toEqual(
      withoutRecords(exact).map(({ wish }) => wish),
    )
  })

  it('keeps its old card silent while it moves to another', () => {
    const cards = guideRealServer('sysctl').replace(
      'eth0: { network: lan, address: 192.168.76.21 }',
      'eth0: { network: lan, address: 192.168.76.21 }, eth1: { network: back, address: 10.0.0.21 }',
    )
    const networks = cards.replace('networks:\n', 'networks:\n  back: { subnet: 10.0.0.0/24 }\n')
    const record = [
      {
        address: both[0],
        device: 'eth1',
        source: '10.0.0.21',
        ways: ['direct'],
        redirected: false,
        asked: [],
      },
    ]
    const { one, two: exact } = onRealServer(networks)({ direct_vips: JSON.stringify(record) })
    const key = 'sysctl net.ipv4.conf.eth1.arp_ignore'
    expect(wishOf(one, key)).toMatchObject({ value: '1' })
    expect(wishOf(exact, key)).toMatchObject({ absent: { otherwise: '0' } })
    expect(addresses(one, 'present')).toEqual([both[0]])
  })
})

describe('marks', () => {
  const base = guideMarks.split('services:')[0] ?? ''
  const services = (text: string): string => `${base}services:\n${text}`
  const port = services('  web: { vip: www, port: 80 }\n')
  const ports = services(
    '  web: { vip: www, ports: [80, 443], firewall_mark: 80, persistence_timeout: 9 }\n',
  )
  const marks = (found: readonly Resource[]): readonly string[] =>
    ruleLines(wishOf(found, 'iptables mangle')).map((line) =>
      line.replace(/^.*dports? (\S+) .*xmark (0x[\da-f]+).*$/, '$1 $2'),
    )

  it('come before keepalived knows of them: from one port to several', () => {
    const { one, two: exact } = onRouter(ports)(onRouter(port)().after)
    expect(marks(one)).toEqual(['80,443 0x50'])
    expect(withoutRecords(exact).map(({ wish }) => wish)).toEqual(
      withoutRecords(one).map(({ wish }) => wish),
    )
  })

  it('go after keepalived knows of it: back to one port', () => {
    const { one, two: exact, after } = onRouter(port)(onRouter(ports)().after)
    expect(marks(one)).toEqual(['80,443 0x50'])
    expect(marks(exact)).toEqual([])
    expect(ids(exact).at(-1)).toMatch(/records/)
    expect(after.marks).toBe('[]')
  })

  it('of packets that get another stay, and new packets get the new one at once', () => {
    const wider = ports.replace(
      '[80, 443], firewall_mark: 80',
      '[443, 80, "8000-8010"], firewall_mark: 81',
    )
    const { one, two: exact, between } = onRouter(wider)(onRouter(ports)().after)
    expect(marks(one)).toEqual(['8000:8010 0x51', '80,443 0x50'])
    expect(marks(exact)).toEqual(['443,80,8000:8010 0x51'])
    // A run that died between the two is simply run again.
    const again = onRouter(wider)(between)
    expect(again.one.map(({ wish }) => wish)).toEqual(one.map(({ wish }) => wish))
    expect(marks(again.two)).toEqual(marks(exact))
  })

  it('are those of nft and firewalld too, and at boot', () => {
    for (const tool of ['nftables', 'firewalld', 'iptables'] as const) {
      const of = (inventory: string): string =>
        inventory.replace('cluster: guide', `cluster: guide\nfirewall: ${tool}`)
      const { one, two: exact } = onRouter(of(port))(onRouter(of(ports))().after)
      expect(JSON.stringify(withoutRecords(one).map(({ wish }) => wish))).toContain('0x50')
      expect(JSON.stringify(withoutRecords(exact).map(({ wish }) => wish))).not.toContain('0x50')
    }
  })

  it('go with active FTP’s MASQUERADE', () => {
    const { one, two: exact } = onRouter(port)(onRouter(guideMarks)().after)
    expect(ruleLines(wishOf(one, 'iptables nat'))).toEqual([
      '-A POSTROUTING -s 10.11.12.0/24 -o eth0 -p tcp -m tcp --sport 20 -j MASQUERADE',
    ])
    expect(ruleLines(wishOf(exact, 'iptables nat'))).toEqual([])
  })

  it('and with VRRP: routers that part with a family hear each other until then', () => {
    const six = port
      .replace('subnet: 203.0.113.0/24,', 'subnet: [203.0.113.0/24, "2001:db8:113::/64"],')
      .replace('vips: { www: 203.0.113.10,', 'vips: { six: "2001:db8:113::10", www: 203.0.113.10,')
      .replace(/address: 203\.0\.113\.(\d) /g, 'address: [203.0.113.$1, "2001:db8:113::$1"] ')
    const { one, two: exact } = onRouter(port)(onRouter(six)().after)
    expect(ruleLines(wishOf(one, 'iptables filter for IPv6'))).toEqual([
      '-I INPUT -p 112 -j ACCEPT',
    ])
    expect(ruleLines(wishOf(exact, 'iptables filter for IPv6'))).toEqual([])
    expect(ids(one)).not.toContain('vrrp_condition ip6')
  })
})

// Any inventory after any other, with runs that die anywhere.

const publicVips = { a: '192.168.76.24', b: '192.168.76.25', c: '192.168.76.26' }

const aService = fc.record({
  vip: fc.constantFrom('a', 'b', 'c'),
  ports: fc.uniqueArray(fc.constantFrom(80, 443, 8080, '9000-9010', '9020-9030'), {
    minLength: 1,
    maxLength: 4,
  }),
  mark: fc.option(fc.constantFrom(1, 2), { nil: undefined }),
  both: fc.boolean(),
})

const anInventory = fc
  .record({
    arp: fc.constantFrom('arptables', 'nftables', 'sysctl', 'firewalld', 'iptables'),
    tool: fc.constantFrom('iptables', 'nftables', 'firewalld'),
    services: fc.uniqueArray(aService, { selector: ({ vip }) => vip, maxLength: 3 }),
  })
  .map(({ arp, tool, services }) =>
    JSON.stringify({
      cluster: 'any',
      forwarding: 'direct',
      arp,
      firewall: tool,
      networks: { lan: { subnet: '192.168.76.0/24', gateway: '192.168.76.254' } },
      vips: publicVips,
      routers: {
        lb1: { priority: 100, interfaces: { eth0: { network: 'lan', address: '192.168.76.9' } } },
        lb2: { priority: 99, interfaces: { eth0: { network: 'lan', address: '192.168.76.8' } } },
      },
      real_servers: {
        rs1: { interfaces: { eth0: { network: 'lan', address: '192.168.76.21' } } },
        rs2: { interfaces: { eth0: { network: 'lan', address: '192.168.76.22' } } },
      },
      services: Object.fromEntries(
        services.map(({ vip, ports, mark, both: all }, n) => [
          `of-${vip}`,
          {
            vip,
            ports,
            check: 'none',
            // No two services of one inventory have the same.
            ...(mark !== undefined && { firewall_mark: mark + 10 * n }),
            real_servers: all ? ['rs1', 'rs2'] : ['rs2'],
          },
        ]),
      ),
    }),
  )

const runs = fc.array(
  fc.record({
    inventory: anInventory,
    ends: fc.constantFrom('in the first stage', 'before the second', 'well'),
  }),
  { minLength: 1, maxLength: 5 },
)

/** Of each packet that is marked, all its marks. */
const marked = (record: string | undefined): ReadonlyMap<string, ReadonlySet<number>> => {
  const found = new Map<string, Set<number>>()
  const entries = JSON.parse(record ?? '[]') as readonly {
    address: string
    ports: readonly { first: number; last: number }[]
    mark: number
  }[]
  for (const { address, ports, mark } of entries) {
    for (const { first, last } of ports) {
      for (let port = first; port <= last; port += 1) {
        const packet = `${address} ${String(port)}`
        found.set(packet, (found.get(packet) ?? new Set()).add(mark))
      }
    }
  }
  return found
}

const wished = (cluster: Cluster): readonly string[] =>
  cluster.services.flatMap(({ virtualServers }) =>
    virtualServers.flatMap(({ vip, pool }) =>
      pool.some(({ name }) => name === 'rs1') ? [vip.address] : [],
    ),
  )

describe('whatever the inventories, and wherever runs die', () => {
  it('nothing goes that a router may still send, and in the end nothing is left', () => {
    fc.assert(
      fc.property(runs, (all) => {
        let records: Records = {}
        // What some keepalived may run: of the last run whose routers were all done, and of those since.
        let running: readonly string[] = []
        for (const { inventory, ends } of all) {
          const cluster = clusterOf(inventory)
          const { one, two: exact, between, after } = onRealServer(inventory)(records)
          const held = JSON.stringify(
            withoutRecords(one).map(({ wish }) => JSON.parse(wish) as unknown),
          )
          for (const address of [...running, ...wished(cluster)]) expect(held).toContain(address)
          // The second stage is what a host without any memory would be given.
          expect(withoutRecords(exact).map(({ wish }) => wish)).toEqual(
            withoutRecords(by(vips, cluster, 'rs1', {})).map(({ wish }) => wish),
          )
          if (ends === 'in the first stage') {
            running = [...running, ...wished(cluster)]
            records = between
            continue
          }
          running = wished(cluster)
          records = ends === 'well' ? after : between
          if (ends !== 'well') continue
          const again = onRealServer(inventory)(records)
          expect(again.one.map(({ wish }) => wish).toSorted()).toEqual(
            again.two.map(({ wish }) => wish).toSorted(),
          )
          expect(again.after).toEqual(records)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('what only the first stage wants leaves nothing that a next run would find', () => {
    const conditions = /^(silent_segment|sysctl_condition|vrrp_condition) /
    const left = ([first, second]: readonly [Task, Task], host: string, of: Platform) => {
      const wishes = (task: Task, inventory: string, records: Records) =>
        by(task, clusterOf(inventory), host, records, of)
      return (from: string, to: string) => {
        const before = written([...wishes(first, from, {}), ...wishes(second, from, {})])
        const kept = new Set(ids(wishes(second, to, before)))
        return ids(wishes(first, to, before)).filter((id) => !kept.has(id) && !conditions.test(id))
      }
    }
    fc.assert(
      fc.property(
        anInventory,
        anInventory,
        fc.constantFrom<Platform['family']>('debian', 'rhel'),
        (from, to, family) => {
          const of = { ...platform, family }
          expect(left([vips, former_vips], 'rs1', of)(from, to)).toEqual([])
          expect(left([firewall, former_firewall], 'lb1', of)(from, to)).toEqual([])
        },
      ),
      { numRuns: 60 },
    )
  })

  it('no packet gets two marks, and none loses the one that keepalived waits for', () => {
    fc.assert(
      fc.property(runs, (all) => {
        let records: Records = {}
        for (const { inventory, ends } of all) {
          const { between, after, two: exact } = onRouter(inventory)(records)
          const before = marked(records.marks)
          const now = marked(between.marks)
          for (const marks of now.values()) expect(marks.size).toBe(1)
          for (const [packet, marks] of before) expect(now.get(packet)).toEqual(marks)
          for (const [packet, marks] of marked(after.marks)) {
            expect(now.get(packet)).toEqual(before.get(packet) ?? marks)
          }
          expect(withoutRecords(exact).map(({ wish }) => wish)).toEqual(
            withoutRecords(by(firewall, clusterOf(inventory), 'lb1', {})).map(({ wish }) => wish),
          )
          records = ends === 'well' ? after : between
          const again = onRouter(inventory)(records)
          if (ends === 'well') expect(again.between).toEqual(records)
        }
      }),
      { numRuns: 60 },
    )
  })
})
