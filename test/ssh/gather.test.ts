import fc from 'fast-check'
import { expect, it } from 'vitest'

import { gather } from '../../src/ssh/gather.ts'

it('an end mark is found however the bytes are cut', () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 })
  fc.assert(
    fc.property(fc.string(), fc.string(), cuts, (before, after, lengths) => {
      const bytes = Buffer.from(`${before}\nmark end\n${after}`)
      const stream = gather('\nmark end\n')
      const endsAt = bytes.indexOf('\nmark end\n') + '\nmark end\n'.length
      let at = 0
      for (const length of [...lengths, bytes.length]) {
        stream.add(bytes.subarray(at, at + length))
        at = Math.min(bytes.length, at + length)
        expect(stream.complete).toBe(at >= endsAt)
      }
      expect(stream.text()).toBe(bytes.toString('utf8'))
      expect(stream.size).toBe(bytes.length)
    }),
  )
})

it('without an end mark it is never complete', () => {
  const stream = gather('\nmark end\n')
  for (const piece of ['\nmark', ' en', '\nmark end', 'd\n']) stream.add(Buffer.from(piece))
  expect(stream.complete).toBe(false)
})

it('bytes are the same text however they are cut, and whenever it is asked for', () => {
  const odd = fc.constantFrom(
    0x41,
    0x80,
    0xbf,
    0xc3,
    0xa9,
    0xe2,
    0x82,
    0xac,
    0xed,
    0xa0,
    0xf0,
    0x9f,
  )
  const bytes = fc.array(fc.oneof(odd, fc.nat(255)), { maxLength: 40 })
  const cuts = fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.boolean()), { maxLength: 20 })
  fc.assert(
    fc.property(bytes, cuts, (all, lengths) => {
      const whole = Buffer.from(all)
      const stream = gather('\nmark end\n')
      let at = 0
      for (const [length, asked] of [...lengths, [whole.length, false] as const]) {
        stream.add(whole.subarray(at, at + length))
        at = Math.min(whole.length, at + length)
        if (asked) expect(stream.text()).toBe(whole.toString('utf8', 0, at))
      }
      expect(stream.text()).toBe(whole.toString('utf8'))
    }),
    { numRuns: 1000 },
  )
})
