import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { rejectEachOther } from '../../src/peer.ts'
import { vrrpSettings } from '../../src/resources/vrrp-settings.ts'
import { confOf } from './conf-of.ts'
import { dualStack, guideNetwork, kitchenSink } from './inventories.ts'

const said = (text: string) => vrrpSettings(text).peer
const reject = (one: string, other: string): boolean => rejectEachOther(said(one), said(other))
const text = confOf(kitchenSink, 'lb1')

describe('what routers say in VRRP', () => {
  it.each([
    ['the kitchen sink', kitchenSink],
    ['both families', dualStack],
    ['one VIP', guideNetwork('203.0.113')],
  ])('is the same on all of them: %s', (_, inventory) => {
    expect(said(confOf(inventory, 'lb1'))).toEqual(said(confOf(inventory, 'lb2')))
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
    ['    virtual_ipaddress {', '    native_ipv6\n    virtual_ipaddress {'],
    ['vrrp_instance public {', 'include other.conf\nvrrp_instance public {'],
    ['vrrp_instance public {', '@lb1 priority 7\nvrrp_instance public {'],
    ['vrrp_instance public {', '$ID=51\nvrrp_instance public {'],
  ])('is rejected by routers that still have it, where %j changes', (before, after) => {
    expect(text).toContain(before)
    expect(reject(text.replace(before, after), text)).toBe(true)
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
    expect(said(text.replace(before, after))).toEqual(said(text))
  })

  it('does not change with the order of VIPs and instances, or with its breaks', () => {
    const first =
      'vrrp_instance a { virtual_router_id 1\nvirtual_ipaddress { 10.0.0.1\n10.0.0.2/24 } }'
    const second = 'vrrp_instance b\n{\nvirtual_router_id 2\nvirtual_ipaddress\n{\n10.0.0.3 } }'
    const turned = first.replace('10.0.0.1\n10.0.0.2/24', '10.0.0.2\n10.0.0.1')
    expect(said(`${first}\n${second}`)).toEqual(said(`${second}\n${turned}`))
    expect(vrrpSettings(`${first}\n${second}`).vips).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3'])
  })

  it('rejects nothing of a router that has an instance more, or one less', () => {
    const instance = (id: number, vip: string, more = ''): string =>
      `vrrp_instance i${String(id)} {\nvirtual_router_id ${String(id)}\n${more}\nvirtual_ipaddress {\n${vip}\n}\n}\n`
    const [one, other] = [instance(1, '10.0.0.1'), instance(2, '10.0.0.2')]
    expect(reject(one, other)).toBe(false)
    expect(reject(one, one + other)).toBe(false)
    expect(reject(one + other, one + instance(2, '10.0.0.2', 'advert_int 2'))).toBe(true)
    // One VIP in two virtual routers has two masters, though neither hears the other.
    expect(reject(one, instance(2, '10.0.0.1'))).toBe(true)
    expect(reject(one, instance(2, '10.0.0.2', 'virtual_ipaddress_excluded {\n10.0.0.1\n}'))).toBe(
      true,
    )
  })

  it('holds no password', () => {
    expect(JSON.stringify(vrrpSettings(text))).not.toContain('passw123')
  })

  it('names every VIP that may be held', () => {
    expect(vrrpSettings(text).vips).toEqual([
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
        const settings = said(words.join(' '))
        expect(rejectEachOther(settings, settings)).toBe(false)
        expect(JSON.stringify(settings)).not.toContain(' ')
      }),
    )
  })
})
