import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { Resource } from '../../src/resource.ts'
import { boot_unit } from '../../src/resources/boot_unit.ts'
import { loopback_vips } from '../../src/resources/loopback_vips.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { applyOn, judgeOn } from './on-host.ts'

let toy: Toy
const script = (text: string): string => toy.run(['sh', '-c', text]).out
const onLo = (): readonly string[] =>
  [...script('ip -o addr show dev lo').matchAll(/ inet6? (\S+)/g)].flatMap(([, each]) => each ?? [])
const outside = (argv: readonly string[]): boolean => toy.runOutside(argv).exit === 0

const four = '203.0.113.24'
const six = '2001:db8:0:1::18'

/** All that a real server does about its VIPs, but for its silence. */
const wish = (...addresses: readonly string[]): readonly Resource[] => [
  loopback_vips.bind({ addresses: [...addresses], part: 'leaving' }),
  loopback_vips.bind({ addresses: [...addresses], part: 'present' }),
  boot_unit.bind({
    name: 'lbprov-vips.service',
    description: 'VIPs',
    commands: addresses.map((address) => ({
      words: address.includes(':')
        ? ['/sbin/ip', 'addr', 'replace', `${address}/128`, 'dev', 'lo', 'nodad']
        : ['/sbin/ip', 'addr', 'replace', `${address}/32`, 'dev', 'lo'],
    })),
  }),
]
const apply = (resources: readonly Resource[]): void => {
  for (const each of resources) applyOn(toy, each)
}
const left = (resources: readonly Resource[]): readonly unknown[] =>
  resources.flatMap((each) => judgeOn(toy, each))

beforeAll(async () => {
  toy = await toyHost()
  toy.addLink('eth0')
  script(`ip addr add 203.0.113.21/24 dev eth0; ip addr add 2001:db8:0:1::15/64 dev eth0 nodad
    ip addr add 192.0.2.99/32 dev lo`)
  toy.runOutside(['ip', 'addr', 'add', '203.0.113.1/24', 'dev', 'eth0'])
  toy.runOutside(['ip', 'addr', 'add', '2001:db8:0:1::1/64', 'dev', 'eth0', 'nodad'])
})
afterAll(() => toy.close())

describe('VIPs on lo', () => {
  it('have ids of their own, for the two parts', () => {
    const ids = wish(four).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('come, stay over a rerun, and go with the inventory; those of others stay', () => {
    apply(wish(four, six))
    expect(left(wish(four, six))).toEqual([])
    expect(onLo()).toEqual(expect.arrayContaining([`${four}/32`, `${six}/128`, '192.0.2.99/32']))
    apply(wish(four))
    expect(left(wish(four))).toEqual([])
    expect(onLo()).not.toContain(`${six}/128`)
    apply(wish())
    expect(left(wish())).toEqual([])
    expect(onLo()).toEqual(['127.0.0.1/8', '192.0.2.99/32', '::1/128'])
  })

  it('of IPv6 are silent by themselves, and answer whoever knows the way', () => {
    apply(wish(six))
    const asks = (address: string): boolean =>
      outside(['ping', '-q', '-c', '1', '-W', '1', address])
    expect([asks('2001:db8:0:1::15'), asks(six)]).toEqual([true, false])
    toy.runOutside(['ip', 'route', 'add', `${six}/128`, 'via', '2001:db8:0:1::15'])
    expect(asks(six)).toBe(true)
  })

  it('that somebody put on the card are refused, with the way out', () => {
    script(`ip addr add ${four} dev eth0`)
    const [, present] = wish(four)
    const refused = (): string => {
      try {
        left(present === undefined ? [] : [present])
      } catch (error) {
        return String(error)
      }
      return 'not refused'
    }
    const [, command = ''] = /"(ip addr del [^"]+)"/.exec(refused()) ?? []
    script(command)
    apply(wish(four))
    expect(left(wish(four))).toEqual([])
  })
})
