import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { address } from '../../src/resources/address.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { applyOn, judgeOn, runOn } from './on-host.ts'

let toy: Toy
const script = (text: string): string => toy.run(['sh', '-c', text]).out
const network = (): string =>
  script('ip -o addr; ip -4 route; ip -6 route; cat /proc/sys/net/ipv4/conf/*/promote_secondaries')

beforeAll(async () => {
  toy = await toyHost()
  // A card takes this with it when it comes; later its own address is looked for already.
  script('sysctl -qw net.ipv6.conf.default.accept_dad=0')
  toy.addLink('eth0')
  script(`ip addr add 10.0.0.5/24 broadcast + dev eth0 label eth0:main
    ip route add default via 10.0.0.1
    ip addr add 2001:db8::5/64 dev eth0 nodad`)
})
afterAll(() => toy.close())

const undone = (wish: ReturnType<typeof address.bind>): void => {
  const before = network()
  const [change] = judgeOn(toy, wish)
  if (change?.severs !== true) throw new Error('nothing to undo')
  runOn(toy, [change.run])
  runOn(toy, [change.undo])
  expect(network().split('\n').sort()).toEqual(before.split('\n').sort())
}

describe('another prefix', () => {
  it('undone is the old one, with its broadcast address and label', () => {
    undone(address.bind({ device: 'eth0', address: '10.0.0.5', prefix: 25 }))
    undone(address.bind({ device: 'eth0', address: '2001:db8::5', prefix: 48 }))
  })

  it('leaves a VIP beside it, the default route and the kernel parameters alone', () => {
    script('ip addr add 10.0.0.10/24 dev eth0')
    const promote = script('cat /proc/sys/net/ipv4/conf/eth0/promote_secondaries')
    const wish = address.bind({ device: 'eth0', address: '10.0.0.5', prefix: 25 })
    applyOn(toy, wish)
    expect(judgeOn(toy, wish)).toEqual([])
    expect(script('ip -o addr show dev eth0')).toContain('inet 10.0.0.10/24')
    expect(script('ip -4 route show default')).toContain('via 10.0.0.1')
    expect(script('cat /proc/sys/net/ipv4/conf/eth0/promote_secondaries')).toBe(promote)
  })

  it('of an IPv6 address is exchanged', () => {
    const wish = address.bind({ device: 'eth0', address: '2001:db8::5', prefix: 48 })
    applyOn(toy, wish)
    expect(judgeOn(toy, wish)).toEqual([])
  })

  it('left over beside the wished one goes, and can come back', () => {
    script('ip addr add 10.0.0.5/32 dev eth0')
    const wish = address.bind({ device: 'eth0', address: '10.0.0.5', prefix: 25 })
    undone(wish)
    expect(applyOn(toy, wish)).toHaveLength(1)
    expect(judgeOn(toy, wish)).toEqual([])
  })
})
