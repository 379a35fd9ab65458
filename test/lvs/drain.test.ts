import { describe, expect, it } from 'vitest'

import { drain } from '../../src/lvs/drain.ts'
import { pooled } from '../../src/lvs/pool-servers.ts'
import { ready } from '../../src/lvs/ready.ts'
import { confServers, endKey, serverKey } from '../../src/resources/keepalived-conf-members.ts'
import { confOf } from './conf-of.ts'
import {
  clusterOf,
  dualStack,
  everything,
  everyCheck,
  guideDirect,
  guideKeepalived,
  guideMarks,
  guideNetwork,
  kitchenSink,
} from './inventories.ts'
import { resources, wishesOf } from './places.ts'

const routerName = (inventory: string): string => clusterOf(inventory).routers[0]?.name ?? ''

describe('the real servers of a keepalived.conf', () => {
  it.each([
    ['guide-keepalived', guideKeepalived],
    ['guide-direct', guideDirect],
    ['guide-marks', guideMarks],
    ['dual-stack', dualStack],
    ['everything', everything],
    ['checks', everyCheck],
    ['kitchen-sink', kitchenSink],
  ])('of %s are read as they were written', (_, inventory) => {
    const read = confServers(confOf(inventory, routerName(inventory))).flatMap((server) =>
      server.reals.map((real) => `${serverKey(server)} ${endKey(real)}`),
    )
    const written = pooled(clusterOf(inventory)).map(
      ({ at, member }) => `${serverKey({ at })} ${endKey(member)}`,
    )
    expect(read.length).toBeGreaterThan(0)
    expect(read).toEqual(written)
  })

  it.each([
    [
      'other spellings of braces and addresses',
      'virtual_server 203.0.113.10 80\n{\n  protocol TCP real_server\n  real_server [2001:DB8::0:1] 80 { weight 1 }\n real_server 10.0.0.1 { inhibit_on_failure\n } }\n',
      [
        {
          at: { protocol: 'tcp', address: '203.0.113.10', port: 80 },
          reals: [
            { address: '2001:db8::1', port: 80 },
            { address: '10.0.0.1', port: 0 },
          ],
        },
      ],
    ],
    [
      'comments and quotes',
      '! virtual_server 1.1.1.1 80 {\nvirtual_server 203.0.113.10 53 { # {\n  protocol UDP\n  quorum_up "/bin/x } {"\n  !real_server 10.0.0.9 53 {\n  real_server 10.0.0.1 53 {\n }\n}\n',
      [
        {
          at: { protocol: 'udp', address: '203.0.113.10', port: 53 },
          reals: [{ address: '10.0.0.1', port: 53 }],
        },
      ],
    ],
    [
      'a mark, whose family its real servers say',
      'virtual_server fwmark 86 {\n real_server 2001:db8::1 0 {\n}\n}\n',
      [{ at: { mark: 86, family: 6 }, reals: [{ address: '2001:db8::1', port: 0 }] }],
    ],
    [
      'what is not known here',
      'include /etc/x\nvirtual_server group G {\n real_server 10.0.0.1 80 {\n}\n}\nvirtual_server 1.2.3.4 http {\n}\n}\n',
      [],
    ],
    ['nothing', '', []],
  ])('by other hands: %s', (_, conf, servers) => {
    expect(confServers(conf)).toEqual(servers)
  })
})

const nat = guideNetwork('203.0.113')

describe('the drain', () => {
  const wish = (inventory: string) =>
    wishesOf(resources(drain, clusterOf(inventory), routerName(inventory)), 'ipvs_drain')[0]

  it('keeps what is wished, knows the VIPs, and waits as long as the inventory says', () => {
    expect(wish(nat)).toEqual({
      conf: '/etc/keepalived/keepalived.conf',
      keep: [
        {
          at: { protocol: 'tcp', address: '203.0.113.10', port: 80 },
          reals: [{ address: '10.11.12.1', port: 80 }],
        },
      ],
      vips: ['203.0.113.10', '10.11.12.10'],
      timeoutSeconds: 60,
      endPersistence: true,
    })
    expect(wish(`${nat}drain: { timeout: 5m }\n`)).toMatchObject({ timeoutSeconds: 300 })
  })

  it('leaves persistence alone where the inventory says so itself', () => {
    expect(wish(`${nat}kernel: { expire_quiescent_template: false }\n`)).toMatchObject({
      endPersistence: false,
    })
  })

  it('is the routers’', () => {
    expect(resources(drain, clusterOf(nat), 'rs1')).toEqual([])
    expect(resources(ready, clusterOf(nat), 'rs1')).toEqual([])
  })
})

describe('the gate', () => {
  /** `rs1 10.11.12.1:80`. */
  const asked = (inventory: string): readonly string[] => {
    const [wish] = wishesOf(
      resources(ready, clusterOf(inventory), routerName(inventory)),
      'pool_gate',
    ) as {
      members: { name: string; asked: { address: string; port: number } }[]
    }[]
    return (wish?.members ?? []).map(
      (each) => `${each.name} ${each.asked.address}:${String(each.asked.port)}`,
    )
  }
  const changed = (...words: readonly (readonly [string, string])[]): string =>
    words.reduce((text, [from, to]) => {
      expect(text).toContain(from)
      return text.replace(from, to)
    }, nat)

  it.each([
    ['where packets will go', nat, ['rs1 10.11.12.1:80']],
    [
      'at its own port',
      changed(['port: 80 }', 'port: 80, real_servers: { rs1: { port: 8080 } } }']),
      ['rs1 10.11.12.1:8080'],
    ],
    [
      'where it is checked, behind a mark',
      changed(['port: 80 }', 'ports: [80, 443], persistence_timeout: 60, check: { https: {} } }']),
      ['rs1 10.11.12.1:443'],
    ],
    [
      'at the first port of a mark that nothing checks',
      changed(['port: 80 }', 'ports: [8000, 8001], persistence_timeout: 60, check: none }']),
      ['rs1 10.11.12.1:8000'],
    ],
    ['not at all for datagrams', changed(['port: 80 }', 'port: 53, protocol: udp }']), []],
    [
      'not at all with weight 0',
      changed(['port: 80 }', 'port: 80, real_servers: { rs1: { weight: 0 } } }']),
      [],
    ],
  ])('asks a real server behind NAT %s', (_, inventory, places) => {
    expect(asked(inventory)).toEqual(places)
  })

  it.each([
    ['nowhere without a check', 'check: none', []],
    ['nowhere by a check that connects to nothing', 'check: { ping: {} }', []],
    ['where its check connects', 'check: { http: { port: 8080 } }', ['rs1', '8080']],
  ])('asks one that is reached directly %s', (_, check, expected) => {
    const direct = guideDirect.replace(/check: \{ tcp: .*\}$/m, check)
    expect(direct).toContain(check)
    const places = asked(direct)
    expect(places.length > 0).toBe(expected.length > 0)
    for (const place of places) for (const word of expected.slice(1)) expect(place).toContain(word)
  })
})
