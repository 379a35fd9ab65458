import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Cluster } from '../../src/inventory/cluster.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { means } from './cases.ts'

const nat = readFileSync('inventory/nat.yaml', 'utf8')
const direct = readFileSync('inventory/direct.yaml', 'utf8')

const read = (text: string): Cluster => readInventory('clusters/web.yaml', text, means).cluster

const withVrrp = (text: string, ...lines: readonly string[]): string =>
  text.replace(/^vrrp:\n/m, ['vrrp:', ...lines.map((line) => `  ${line}`), ''].join('\n'))

const withTop = (text: string, ...lines: readonly string[]): string =>
  `${text}\n${lines.join('\n')}\n`

describe('vrrp', () => {
  it('asks for nothing special by itself', () => {
    expect(read(nat).vrrp).toMatchObject({
      unicast: false,
      nopreempt: false,
      preemptDelay: undefined,
      trackNetworks: [],
      notify: [],
      syncDaemon: undefined,
      vmac: false,
      garp: {
        masterDelay: undefined,
        masterRepeat: undefined,
        masterRefresh: undefined,
        masterRefreshRepeat: undefined,
        interval: undefined,
      },
    })
  })

  it('means what was asked for', () => {
    const text = withVrrp(
      nat,
      'unicast: true',
      'preempt_delay: 30',
      'track_networks: [private, public]',
      'vmac: true',
      'garp: { master_delay: 0, master_repeat: 3, master_refresh: 60, master_refresh_repeat: 2, interval: 0.001 }',
    )
    expect(read(text).vrrp).toMatchObject({
      unicast: true,
      preemptDelay: 30,
      trackNetworks: ['private', 'public'],
      vmac: true,
      garp: {
        masterDelay: 0,
        masterRepeat: 3,
        masterRefresh: 60,
        masterRefreshRepeat: 2,
        interval: 0.001,
      },
    })
    expect(read(withVrrp(nat, 'nopreempt: true', 'track_networks: public')).vrrp).toMatchObject({
      nopreempt: true,
      trackNetworks: ['public'],
    })
  })

  it('the sync daemon follows the instance of its network, or else the first', () => {
    const daemon = (text: string) => read(text).vrrp.syncDaemon
    expect(daemon(withVrrp(nat, 'lvs_sync_daemon: { network: private, id: 0 }'))).toEqual({
      network: 'private',
      instance: 'private',
      id: 0,
    })
    const apart = withVrrp(nat, 'lvs_sync_daemon: { network: sync }')
      .replace('networks:\n', 'networks:\n  sync: { subnet: 198.51.100.0/24 }\n')
      .replace(
        /address: 10\.11\.12\.9 }/,
        '$&\n      eth2: { network: sync, address: 198.51.100.9 }',
      )
      .replace(
        /address: 10\.11\.12\.8 }/,
        '$&\n      eth2: { network: sync, address: 198.51.100.8 }',
      )
    expect(daemon(apart)).toMatchObject({ network: 'sync', instance: 'public' })
  })

  it('the sync id depends on the cluster’s name alone and is one of 1 to 255', () => {
    const id = (name: string): number | undefined =>
      read(
        withVrrp(nat, 'lvs_sync_daemon: { network: private }').replace(
          'cluster: web',
          `cluster: ${name}`,
        ),
      ).vrrp.syncDaemon?.id
    expect(id('web')).toBe(id('web'))
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{2}[a-z0-9]{1,20}x$/), (name) => {
        expect(id(name)).toBeGreaterThanOrEqual(1)
        expect(id(name)).toBeLessThanOrEqual(255)
      }),
      { numRuns: 30 },
    )
  })
})

describe('programs', () => {
  it('a script is shipped with its text, a command is only named', () => {
    const text = withVrrp(
      nat,
      'notify:',
      '  any: { command: [/usr/bin/logger, a=b] }',
      '  master: { script: scripts/notify.sh, args: [master, --now] }',
    )
    expect(read(text).vrrp.notify).toEqual([
      {
        on: 'master',
        program: {
          shipped: '#!/bin/sh\nlogger "lbprov: $*"\n',
          words: ['/etc/keepalived/scripts/notify.sh', 'master', '--now'],
        },
      },
      { on: 'any', program: { shipped: undefined, words: ['/usr/bin/logger', 'a=b'] } },
    ])
  })

  it.each([
    ['scripts/up.sh', 'clusters/scripts/up.sh'],
    ['/srv/up.sh', '/srv/up.sh'],
    ['~/up.sh', '/home/operator/up.sh'],
  ])('%s is looked for at %s', (script, wanted) => {
    const asked = new Set<string>()
    const source = (path: string): string => {
      asked.add(path)
      return '#!/bin/sh\n'
    }
    const text = withVrrp(nat, `notify: { stop: { script: ${script} } }`)
    readInventory('clusters/web.yaml', text, { ...means, source })
    expect([...asked]).toEqual([wanted])
  })
})

describe('raw lines', () => {
  const lines = (text: string) => {
    const indented = text.split('\n').map((line) => `    ${line}`)
    return read(withTop(nat, 'keepalived:', '  extra: |', ...indented)).globalDefs.extra
  }
  const texts = (text: string): readonly string[] => lines(text).map((line) => line.text)

  it('stay as they are, but for blank ones at the end', () => {
    const text = 'vrrp_script up {\n    script "/bin/true"\n\n}'
    expect(texts(`${text}\n\n`)).toEqual(text.split('\n'))
    expect(
      read(withTop(nat, 'keepalived: { extra: "", global_defs: "a\\n" }')).globalDefs,
    ).toMatchObject({ extra: [], extraGlobalDefs: [{ text: 'a' }] })
  })

  it('know where they were written, each on its own line under "|"', () => {
    const inventory = withTop(nat, 'keepalived:', '  extra: |', '', '    a {', '      b', '    }')
    const written = inventory.split('\n')
    const { extra } = read(inventory).globalDefs
    expect(extra.map(({ text }) => text)).toEqual(['', 'a {', '  b', '}'])
    for (const { text, at } of extra) {
      const [, file, line, column] = /^(.*):(\d+):(\d+)$/.exec(at) ?? []
      expect(file).toBe('clusters/web.yaml')
      expect(written[Number(line) - 1]?.slice(Number(column) - 1)).toBe(text.trim())
    }
  })

  it('know where their text begins, written in another way', () => {
    const inventory = withTop(nat, 'keepalived: { extra: "a {\\n}", global_defs: b }')
    const line = String(
      inventory.split('\n').findIndex((each) => each.startsWith('keepalived')) + 1,
    )
    const { extra, extraGlobalDefs } = read(inventory).globalDefs
    expect([...extra, ...extraGlobalDefs].map(({ at }) => at)).toEqual([
      `clusters/web.yaml:${line}:22`,
      `clusters/web.yaml:${line}:22`,
      `clusters/web.yaml:${line}:45`,
    ])
  })

  it.each(['# } {', 'a "}" b', 'a { # }\n}', '! {', 'a "\\"}" b', 'a \\" {\n}', 'a \\# {\n}'])(
    'braces in comments and in quotes do not count: %j',
    (text) => {
      expect(texts(text)).toEqual(text.split('\n'))
    },
  )
})

describe('the wait for connections', () => {
  const seconds = (...lines: readonly string[]): number =>
    read(withTop(nat, ...lines)).drain.timeoutSeconds

  it('is a minute, or what is said, in seconds or with a unit', () => {
    expect(seconds()).toBe(60)
    expect(seconds('drain: {}')).toBe(60)
    for (const [said, meant] of [
      ['0', 0],
      ['86400', 86400],
      ['90s', 90],
      ['5m', 300],
      ['24h', 86400],
    ] as const)
      expect(seconds(`drain: { timeout: ${said} }`)).toBe(meant)
  })
})

it('kernel settings are what was given and nothing else', () => {
  const given = withTop(
    nat,
    'kernel: { conntrack: false, sync_threshold: " 3  050", sync_refresh_period: 0, rp_filter: 2 }',
  )
  expect(read(given).kernel).toEqual({
    conntrack: false,
    expireNodestConn: undefined,
    expireQuiescentTemplate: undefined,
    syncThreshold: '3 50',
    syncRefreshPeriod: 0,
    ipNonlocalBind: undefined,
    rpFilter: 2,
  })
  expect(Object.values(read(nat).kernel).filter((value) => value !== undefined)).toEqual([])
})

it('the firewall of a router wins over the inventory’s', () => {
  const text = withTop(nat, 'firewall: iptables').replace(
    '    priority: 99',
    '    firewall: nftables\n    priority: 99',
  )
  const { routers, realServers } = read(text)
  expect(routers.map(({ firewall }) => firewall)).toEqual(['iptables', 'nftables'])
  expect(realServers.map(({ firewall }) => firewall)).toEqual(['iptables', 'iptables'])
  expect(read(nat).routers.map(({ firewall }) => firewall)).toEqual([undefined, undefined])
})

it('a real server keeps silent by sysctl unless something else is said', () => {
  expect(read(direct.replace('arp: arptables', '')).realServers.map(({ arp }) => arp)).toEqual([
    'sysctl',
    'sysctl',
    'sysctl',
  ])
})

it('a card’s own gateway may be a VIP, by its name, one for each family', () => {
  const ipv6 = readFileSync('inventory/nat-ipv6.yaml', 'utf8')
  const gateways = (text: string) => read(text).realServers[0]?.interfaces[0]?.gateways
  const without = ipv6.replace('\n    gateway: [inside, inside6]', '')
  const own = (gateway: string): string =>
    without
      .replace('"2001:db8:12::20"]', `"2001:db8:12::20"], gateway: ${gateway}`)
      .replace('"2001:db8:12::21"]', '"2001:db8:12::21"], gateway: [inside, inside6]')
  expect(gateways(own('[inside6, inside]'))).toEqual(['10.11.12.10', '2001:db8:12::10'])
  expect(gateways(own('[inside6, 10.11.12.10]'))).toEqual(['10.11.12.10', '2001:db8:12::10'])
})
