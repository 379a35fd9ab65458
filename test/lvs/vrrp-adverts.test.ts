import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { advertsOf } from '../../src/resources/vrrp-adverts.ts'
import { confOf } from './conf-of.ts'
import { dualStack, guideNetwork, kitchenSink } from './inventories.ts'

const sum = (text: string): string => advertsOf(text).sum
const text = confOf(kitchenSink, 'lb1')

describe('what routers say in VRRP', () => {
  it.each([
    ['the kitchen sink', kitchenSink],
    ['both families', dualStack],
    ['one VIP', guideNetwork('203.0.113')],
  ])('is the same on all of them: %s', (_, inventory) => {
    expect(sum(confOf(inventory, 'lb1'))).toBe(sum(confOf(inventory, 'lb2')))
  })

  it.each([
    ['virtual_router_id 50', 'virtual_router_id 52'],
    ['auth_pass passw123', 'auth_pass passw124'],
    ['auth_type PASS', 'auth_type AH'],
    ['advert_int 1', 'advert_int 2'],
    ['vrrp_version 2', 'vrrp_version 3'],
    ['203.0.113.10/32', '203.0.113.11/32'],
    ['203.0.113.10/32', '203.0.113.10/32\n        203.0.113.12/32'],
    ['unicast_peer {\n        203.0.113.8\n    }\n', ''],
    ['2001:db8:113::10/128', '2001:db8:113::11/128'],
  ])('changes with %j', (before, after) => {
    expect(text).toContain(before)
    expect(sum(text.replace(before, after))).not.toBe(sum(text))
  })

  it.each([
    ['priority 100', 'priority 99'],
    ['interface eth0', 'interface ens3'],
    ['203.0.113.8', '203.0.113.7'],
    ['advert_int 1', 'advert_int 1.0'],
    ['preempt_delay 60', 'nopreempt'],
    ['garp_master_delay 5', 'garp_master_delay 1'],
    ['weight 1', 'weight 7'],
    ['2001:db8:113::10/128', '2001:DB8:113:0::10/128 dev eth0'],
    ['    virtual_ipaddress {', '# as they are\n    virtual_ipaddress { ! all'],
  ])('does not change with %j', (before, after) => {
    expect(text).toContain(before)
    expect(sum(text.replace(before, after))).toBe(sum(text))
  })

  it('does not change with the order of VIPs and instances, or with its breaks', () => {
    const first =
      'vrrp_instance a { virtual_router_id 1\nvirtual_ipaddress { 10.0.0.1\n10.0.0.2/24 } }'
    const second = 'vrrp_instance b\n{\nvirtual_router_id 2\nvirtual_ipaddress\n{\n10.0.0.3 } }'
    const turned = first.replace('10.0.0.1\n10.0.0.2/24', '10.0.0.2\n10.0.0.1')
    expect(sum(`${first}\n${second}`)).toBe(sum(`${second}\n${turned}`))
    expect(advertsOf(`${first}\n${second}`).vips).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3'])
  })

  it('holds no password', () => {
    expect(JSON.stringify(advertsOf(text))).not.toContain('passw123')
  })

  it('names every VIP that may be held', () => {
    expect(advertsOf(text).vips).toEqual([
      ...['10.11.12.10', '2001:db8:113::10', '2001:db8:12::10', '203.0.113.10'],
    ])
  })

  it('is something for any text whatever', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '"',
      '\n',
      'vrrp_instance',
      'virtual_ipaddress',
      '::1',
      '#',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string())), (words) => {
        expect(sum(words.join(' '))).toHaveLength(64)
      }),
    )
  })
})
