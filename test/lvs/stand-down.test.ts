import { describe, expect, it } from 'vitest'

import { ipvsWish } from '../../src/lvs/ipvs-wish.ts'
import { keepalived } from '../../src/lvs/keepalived.ts'
import { stand_down } from '../../src/lvs/stand_down.ts'
import { selector, serverWords, wishedServer } from '../../src/resources/ipvs-difference.ts'
import { clusterOf, guideMarks, kitchenSink } from './inventories.ts'
import { ids, resources, wishesOf } from './places.ts'

const cluster = clusterOf(kitchenSink)
const of = (name: string): unknown[] =>
  [stand_down, keepalived].flatMap((task) =>
    wishesOf(resources(task, cluster, name), 'keepalived_daemon'),
  )

describe('a router', () => {
  it('is asked once for both, and only what is done differs', () => {
    const [stop, run] = [stand_down, keepalived].map((task) => resources(task, cluster, 'lb1')[0])
    expect([stop?.id, run?.id]).toEqual(['keepalived_daemon stand_down', 'keepalived_daemon run'])
    expect(Object.entries(stop?.probe ?? {}).map(([part, { text }]) => [part, text])).toEqual(
      Object.entries(run?.probe ?? {}).map(([part, { text }]) => [part, text]),
    )
  })

  it('says in VRRP what the others say, whatever its own file says beside that', () => {
    const [one, other] = [of('lb1')[1], of('lb2')[1]] as {
      conf: { sha256: string }
      peer: unknown
      table: unknown
    }[]
    expect(one?.peer).toEqual(other?.peer)
    expect(one?.table).toEqual(other?.table)
    expect(one?.conf.sha256).not.toBe(other?.conf.sha256)
  })

  it('shows no password', () => {
    const found = [stand_down, keepalived].flatMap((task) => resources(task, cluster, 'lb1'))
    expect(JSON.stringify(found)).not.toContain('passw123')
  })
})

describe('a real server', () => {
  it('has no keepalived', () => {
    expect(
      [stand_down, keepalived].flatMap((task) => ids(resources(task, cluster, 'rs1'))),
    ).toEqual([])
  })
})

describe('the table that IPVS must have', () => {
  const table = ipvsWish(cluster).map((each) => wishedServer.parse(each))
  const words = (n: number): string | undefined => {
    const server = table[n]
    return server && [...selector(server), ...serverWords(server)].join(' ')
  }

  it('is as keepalived.conf says', () => {
    expect(table.map((_, n) => words(n))).toEqual([
      '-f 80 -s wlc -p 300 -M 255.255.255.0',
      '-f 86 -6 -s wlc -p 300 -M 64',
      '-t 203.0.113.10:8080 -s mh -b mh-port,mh-fallback',
      '-f 21 -s wlc -p 1800',
      '-u 203.0.113.10:53 -s wrr -o',
      '-t 203.0.113.10:53 -s wlc',
      '-u 203.0.113.10:5060 -s wrr -p 600 --pe sip',
      '-t 203.0.113.10:25 -s wlc',
      '-t [2001:db8:113::10]:25 -s wlc',
      '-t 203.0.113.10:7000 -s wrr',
      '--sctp-service 203.0.113.10:3868 -s wlc',
    ])
  })

  it('has each real server with its weight and its way', () => {
    expect(table[2]).toMatchObject({
      sorry: '10.11.12.77',
      reals: [
        { address: '10.11.12.21', port: 9080, weight: 3, forwarding: 'nat', mayBeZero: false },
        { address: '10.11.12.22', port: 8080, weight: 0, forwarding: 'nat' },
        { address: '203.0.113.23', port: 8080, forwarding: 'direct', mayBeZero: true },
        { address: '198.51.100.24', port: 8080, forwarding: 'tunnel' },
      ],
    })
  })

  it('leaves the weight to a script that says it', () => {
    expect(table[9]?.reals.map(({ weight }) => weight)).toEqual([undefined, undefined])
  })

  it('has the marks of services of several ports', () => {
    const marks = ipvsWish(clusterOf(guideMarks)).map(({ at, reals }) => [
      at,
      reals.map(({ port }) => port),
    ])
    expect(marks).toEqual([
      [{ mark: 80, family: 4 }, [0]],
      [{ mark: 21, family: 4 }, [0]],
    ])
  })
})
