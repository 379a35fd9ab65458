import { expect, it } from 'vitest'
import { canonical, edgesOf, familyOf, isWithin } from '../../src/inventory/address.ts'

// RFC 5952, section 4 and 5.
it.each([
  ['2001:0db8:0000:0000:0000:0000:0002:0001', '2001:db8::2:1'],
  ['2001:DB8::1', '2001:db8::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ['192.0.2.1', '192.0.2.1'],
  ['not an address', 'not an address'],
])('%s is written %s', (text, wanted) => {
  expect(canonical(text)).toBe(wanted)
})

it('a leading zero or a zone makes no address', () => {
  expect(familyOf('010.0.0.1')).toBeUndefined()
  expect(familyOf('fe80::1%eth0')).toBeUndefined()
})

it('a subnet ends where it ends', () => {
  const subnet = { address: '192.0.2.64', prefix: 26, family: 4 } as const
  expect(edgesOf(subnet)).toEqual({ first: '192.0.2.64', last: '192.0.2.127' })
  expect(isWithin('192.0.2.127', subnet)).toBe(true)
  expect(isWithin('192.0.2.128', subnet)).toBe(false)
  expect(isWithin('2001:db8::1', subnet)).toBe(false)
})
