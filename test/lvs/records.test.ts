import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

import { AnswerError } from '../../src/errors.ts'
import { hostsOf } from '../../src/inventory/cluster.ts'
import { drainedRecord, readDrained, withDrained } from '../../src/lvs/drained.ts'
import { former_firewall } from '../../src/lvs/former_firewall.ts'
import { firewall } from '../../src/lvs/firewall.ts'
import { defineRecord } from '../../src/lvs/records.ts'
import { readRoster, roster } from '../../src/lvs/roster.ts'
import { nothingRemembered, type KnownHost, type Place } from '../../src/lvs/task.ts'
import { vips } from '../../src/lvs/vips.ts'
import { guidePlatform } from '../../src/platform.ts'
import type { Resource } from '../../src/resource.ts'
import { Secret } from '../../src/secret.ts'
import { directBoth, guideRealServer } from './direct-inventories.ts'
import { clusterOf, guideMarks, kitchenSink } from './inventories.ts'
import { filesOf } from './places.ts'

const place = (inventory: string, name: string, memory: Partial<Place> = {}): Place => {
  const cluster = clusterOf(inventory)
  const host = hostsOf(cluster).find((each) => each.name === name)
  if (host === undefined) throw new Error(`no host ${name}`)
  return { cluster, host, platform: guidePlatform, ...nothingRemembered, ...memory }
}

/** What a file of records holds, as a host tells it: on one line. */
const recordOf = (found: ReturnType<typeof roster.resources>, name: string): string =>
  found
    .flatMap(({ files }) => files)
    .find(({ path }) => path === `/var/lib/lbprov/records/${name}.json`)
    ?.text.replaceAll('\n', '') ?? ''

describe('a record', () => {
  const numbers = defineRecord('numbers', z.strictObject({ n: z.int() }))
  const lists = fc.array(fc.record({ n: fc.integer() }))

  it('says the same of the same entries, in any order, and is read as it was written', () => {
    fc.assert(
      fc.property(lists, lists, (some, others) => {
        const text = numbers.text([...some, ...others])
        expect(numbers.text([...others, ...some, ...some])).toBe(text)
        expect(numbers.text(numbers.read(text.replaceAll('\n', '')))).toBe(text)
      }),
    )
  })

  it('is no file while there is nothing to remember, and stays one afterwards', () => {
    expect(numbers.wish({ records: {} }, [])).toEqual([])
    const [empty] = numbers.wish({ records: { numbers: '[{"n":1}]' } }, [])
    expect(empty?.files).toEqual([{ path: '/var/lib/lbprov/records/numbers.json', text: '[]\n' }])
    expect(JSON.parse(empty?.wish ?? '')).toMatchObject({ mode: '0600', owner: 'root' })
  })

  it('that lbprov did not write so is a fault, and none is none', () => {
    const texts = [
      '',
      '{',
      'null',
      '{"n":1}',
      '[{"n":1.5}]',
      '[{"n":1,"m":2}]',
      `[${' '.repeat(1_000_001)}]`,
      '['.repeat(100_000),
    ]
    const sentence =
      '/var/lib/lbprov/records/numbers.json is not as lbprov writes it, so what it told of is not known; look there, move that file away, and run again.'
    for (const text of texts) expect(() => numbers.read(text)).toThrow(new AnswerError(sentence))
    expect(numbers.read(undefined)).toEqual([])
  })
})

describe('what a hostile host says it remembers', () => {
  const word = fc.oneof(
    fc.constantFrom(
      '203.0.113.10',
      '2001:db8::1',
      '010.1.1.1',
      'eth0',
      '$(reboot)',
      'a\nb',
      '\u001b[2J',
      '-rf',
      '../x',
      'direct',
      'tcp',
      4,
      6,
      0,
      -1,
      1e9,
      true,
    ),
    fc.string(),
  )
  /** Mostly what it should be: or hardly anything would be read at all. */
  const mostly = (good: unknown): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 12, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: word })
  const ports = fc.array(fc.record({ first: mostly(80), last: mostly(90) }), {
    minLength: 1,
    maxLength: 2,
  })
  const vip = fc.record({
    address: mostly('192.168.76.99'),
    device: mostly('eth1'),
    source: mostly('192.168.76.98'),
    ways: fc.array(mostly('direct'), { minLength: 1, maxLength: 2 }),
    redirected: mostly(false),
    asked: fc.array(fc.record({ protocol: mostly('tcp'), ports }), { maxLength: 2 }),
  })
  const mark = fc.record({
    address: mostly('203.0.113.99'),
    protocol: mostly('udp'),
    ports,
    mark: mostly(7),
    tracked: mostly(true),
  })
  const text = (entry: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
    fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(entry, { maxLength: 3 }).map((list) => JSON.stringify(list)),
    )

  /** What a task makes of a record: nothing, where it is a fault. */
  const wishesOf = (resources: () => readonly Resource[]): string => {
    try {
      return resources()
        .map(({ wish }) => wish)
        .join('\n')
    } catch (error) {
      if (error instanceof AnswerError) return ''
      throw error
    }
  }

  it('is a fault, or becomes nothing but an address, an interface or a number', () => {
    const inventories = [
      guideRealServer('iptables'),
      guideRealServer('sysctl'),
      directBoth('firewalld'),
    ]
    fc.assert(
      fc.property(fc.constantFrom(...inventories), text(vip), (inventory, direct_vips) => {
        const said = wishesOf(() =>
          vips.resources(place(inventory, 'rs1', { records: { direct_vips } })),
        )
        for (const evil of ['reboot', '\\u001b', '-rf', '../x']) expect(said).not.toContain(evil)
      }),
    )
    fc.assert(
      fc.property(text(mark), text(mark), text(mark), (marks, active_ftp, vrrp) => {
        const where = place(guideMarks, 'lb1', { records: { marks, active_ftp, vrrp } })
        for (const task of [firewall, former_firewall]) {
          const said = wishesOf(() => task.resources(where))
          for (const evil of ['reboot', '\\u001b', '-rf', '../x']) {
            expect(said).not.toContain(evil)
          }
        }
      }),
    )
  })

  it.each([
    ['an address in another spelling', { address: '2001:DB8::1', source: '2001:db8::2' }],
    ['addresses of two families', { source: '2001:db8::2' }],
    ['a card with a blank', { device: 'eth 0' }],
    ['ports that run backwards', { asked: [{ protocol: 'tcp', ports: [{ first: 9, last: 8 }] }] }],
    ['a port that is none', { asked: [{ protocol: 'tcp', ports: [{ first: 0, last: 8 }] }] }],
    ['no way at all', { ways: [] }],
    ['a word too many', { more: 1 }],
  ])('is a fault with %s', (_, wrong) => {
    const good = {
      address: '192.168.76.99',
      device: 'eth0',
      source: '192.168.76.21',
      ways: ['direct'],
      redirected: false,
      asked: [],
    }
    const held = (entry: object): string =>
      vips
        .resources(
          place(guideRealServer('sysctl'), 'rs1', {
            records: { direct_vips: JSON.stringify([entry]) },
          }),
        )
        .map(({ wish }) => wish)
        .join('\n')
    expect(held(good)).toContain('192.168.76.99')
    expect(() => held({ ...good, ...wrong })).toThrow(AnswerError)
  })
})

describe('the roster', () => {
  const found = (inventory: string, memory: Partial<Place> = {}) =>
    roster.resources(place(inventory, 'lb1', memory))
  const known = readRoster(recordOf(found(kitchenSink), 'roster'))

  it('is every host, in any inventory’s words, as it is reached', () => {
    const wished = hostsOf(clusterOf(kitchenSink))
    expect(known.map(({ name }) => name).toSorted()).toEqual(
      wished.map(({ name }) => name).toSorted(),
    )
    const strict = (ssh: KnownHost['ssh']): KnownHost['ssh'] => ({
      ...ssh,
      // Nobody is met for the first time on a router's word.
      strictHostKeyChecking: 'yes',
      become: ssh.become && { ...ssh.become, password: undefined },
      proxyJump: ssh.proxyJump?.map(strict),
    })
    for (const { name, role, ssh } of wished) {
      expect(known).toContainEqual({ name, role, ssh: strict(ssh) })
    }
  })

  it('keeps who left the inventory, until it is removed', () => {
    const [gone] = known
    if (gone === undefined) throw new Error('an empty roster')
    const left: KnownHost = { ...gone, name: 'left', ssh: { ...gone.ssh, host: '192.0.2.99' } }
    const text = recordOf(found(kitchenSink, { roster: [...known, left] }), 'roster')
    expect(readRoster(text)).toContainEqual(left)
    expect(readRoster(text)).toHaveLength(known.length + 1)
    expect(recordOf(found(kitchenSink, { roster: known }), 'roster')).not.toContain('"left"')
  })

  it('follows the inventory, and does not take turns between two people’s homes', () => {
    const text = recordOf(found(kitchenSink), 'roster')
    const elsewhere = known.map((host) => ({
      ...host,
      ssh: {
        ...host.ssh,
        identityFiles: host.ssh.identityFiles.map((path) => path.replace(/.*\//, '/home/b/')),
      },
    }))
    const kept = recordOf(found(kitchenSink, { roster: elsewhere }), 'roster')
    expect(kept).toContain('/home/b/')
    const moved = known.map((host) => ({ ...host, ssh: { ...host.ssh, port: 2 } }))
    expect(recordOf(found(kitchenSink, { roster: moved }), 'roster')).toBe(text)
  })

  it('is the routers’, and only root’s to read', () => {
    expect(roster.resources(place(kitchenSink, 'rs1'))).toEqual([])
    const wish = JSON.parse(found(kitchenSink)[0]?.wish ?? '') as unknown
    expect(wish).toMatchObject({ mode: '0600', owner: 'root' })
    expect(filesOf(found(kitchenSink))).not.toContain('passw123')
  })

  it('believes no host that is none', () => {
    const [host] = known
    const said = (ssh: object): readonly KnownHost[] =>
      readRoster(JSON.stringify([{ name: 'rs1', role: 'router', ssh }]))
    const ssh: object = { ...host?.ssh, strictHostKeyChecking: undefined }
    expect(said(ssh)).toHaveLength(1)
    for (const wrong of [
      { host: '-oProxyCommand=x' },
      { host: 'a b' },
      { port: 0 },
      { user: '-x' },
      { userKnownHostsFiles: ['a\nb'] },
      { identityFiles: ['a\nb'] },
      { strictHostKeyChecking: 'accept-new' },
      // What it wishes would be done on this very machine.
      { transport: 'local' },
      { become: { method: 'sudo', user: 'root', password: 'hunter2' } },
      { become: { method: 'sh -c', user: 'root' } },
      { become: { method: 'sudo', user: '-i' } },
      { proxyJump: [{ ...ssh, transport: 'local' }] },
      { proxyJump: [{ ...ssh, proxyJump: [ssh] }] },
    ]) {
      expect(() => said({ ...ssh, ...wrong })).toThrow(AnswerError)
    }
  })

  it('knows what the version before wrote', () => {
    const hop = {
      host: '192.0.2.21',
      port: 22,
      user: 'ops',
      identityFiles: [],
      userKnownHostsFiles: ['/home/a/.ssh/known_hosts'],
      connectTimeout: 10,
      become: false,
    }
    const entry = { ...hop, become: true, proxyJump: [{ ...hop, host: 'bastion' }] }
    const text = JSON.stringify([{ name: 'rs1', role: 'real_server', ssh: entry }])
    const [rs1] = readRoster(text)
    expect(rs1?.ssh).toMatchObject({
      port: 22,
      user: 'ops',
      strictHostKeyChecking: 'yes',
      transport: undefined,
      become: { method: 'sudo', user: 'root', password: undefined },
      proxyJump: [{ host: 'bastion', become: undefined, proxyJump: undefined }],
    })
  })

  it('remembers no host as this very machine, and no password', () => {
    const wished = {
      method: 'doas' as const,
      user: 'root',
      password: new Secret('hunter2'),
    }
    const cluster = clusterOf(kitchenSink)
    const ours = place(kitchenSink, 'lb1')
    const [first] = cluster.routers
    if (first === undefined) throw new Error('no router')
    const ssh: KnownHost['ssh'] = { ...first.ssh, transport: 'local', become: wished }
    const text = recordOf(
      roster.resources({ ...ours, cluster: { ...cluster, routers: [{ ...first, ssh }] } }),
      'roster',
    )
    expect(text).not.toContain('hunter2')
    expect(text).not.toContain('local"')
    const known = readRoster(text).find(({ name }) => name === first.name)
    expect(known?.ssh.become).toEqual({ method: 'doas', user: 'root', password: undefined })
  })
})

describe('the drained', () => {
  const weights = (names: readonly string[]): Readonly<Record<string, readonly number[]>> => {
    const pools = withDrained(clusterOf(kitchenSink), names).services.flatMap((service) =>
      service.virtualServers.flatMap(({ pool }) => pool),
    )
    return Object.fromEntries(
      pools.map(({ name }) => [
        name,
        pools.filter((member) => member.name === name).map(({ weight }) => weight),
      ]),
    )
  }

  it('have weight 0 in every pool, and nobody else', () => {
    const before = weights([])
    const [name = '', ...others] = Object.keys(before)
    expect(before[name]).not.toContain(0)
    const after = weights([name, 'nobody'])
    expect(new Set(after[name])).toEqual(new Set([0]))
    for (const other of others) expect(after[other]).toEqual(before[other])
  })

  it('are remembered in order, once, as long as the inventory has them', () => {
    const found = drainedRecord(
      place(kitchenSink, 'lb1', { drained: ['rs3', 'nobody', 'rs1', 'rs3'] }),
    )
    expect(readDrained(recordOf(found, 'drained'))).toEqual(['rs1', 'rs3'])
  })

  it('leave no file where nobody ever was, and an empty one where somebody was', () => {
    expect(drainedRecord(place(kitchenSink, 'lb1'))).toEqual([])
    expect(drainedRecord(place(kitchenSink, 'lb1', { drained: ['nobody'] }))).toEqual([])
    const records = { drained: '["rs1"]' }
    expect(recordOf(drainedRecord(place(kitchenSink, 'lb1', { records })), 'drained')).toBe('[]')
  })

  it('are names, whatever a router says', () => {
    expect(() => readDrained('["rs1","a b"]')).toThrow(AnswerError)
    expect(readDrained('["rs1"]')).toEqual(['rs1'])
    expect(readDrained(undefined)).toEqual([])
  })
})
