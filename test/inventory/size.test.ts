import { describe, expect, it } from 'vitest'

import { excessOf } from '../../src/inventory/size.ts'

const list = (length: number): readonly string[] => Array.from({ length }, () => 'x')
const map = (length: number, value: unknown = {}): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Array.from({ length }, (_, n) => [`n${String(n)}`, value]))

describe('what an inventory has far too much of', () => {
  it.each([
    ['nothing', undefined],
    ['an empty map', {}],
    ['lists where maps belong', { routers: list(9000), networks: [], services: 'x' }],
    ['as many as there may be', { real_servers: map(2000), vips: map(1000, 'x') }],
    ['as many addresses', { networks: { a: { subnet: list(9999), gateway: 'x' } } }],
  ])('is nothing: %s', (_, value) => {
    expect(excessOf(value)).toEqual([])
  })

  it.each([
    ['routers', { routers: map(51) }, ['routers'], '51 of them', '50'],
    ['services', { services: map(1001) }, ['services'], '1,001 of them', '1,000'],
    [
      'subnets',
      { networks: { a: { subnet: list(30_000) } } },
      [],
      '30,000 addresses, subnets and gateways',
      '10,000',
    ],
    [
      'addresses of a card',
      { routers: { lb1: { interfaces: { eth0: { address: list(6000), gateway: list(4001) } } } } },
      [],
      '10,001 addresses, subnets and gateways',
      '10,000',
    ],
    [
      'interfaces',
      { real_servers: { rs1: { interfaces: map(3001) } } },
      [],
      '3,001 interfaces',
      '3,000',
    ],
    [
      'ports',
      { services: { web: { vip: ['a', 'b'], ports: list(1001) } } },
      ['services'],
      '2,002 ports of VIPs',
      '2,000',
    ],
    [
      'places',
      { services: map(1000, { vip: 'a', real_servers: list(201) }) },
      ['services'],
      '201,000 places in their pools',
      '200,000',
    ],
  ])('is said in one sentence: %s', (_, value, path, what, limit) => {
    const message = `${what} are more than lbprov takes (${limit}); is this one cluster?`
    expect(excessOf(value)).toEqual([{ path, message }])
  })
})
