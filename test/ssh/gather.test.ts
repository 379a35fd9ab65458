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
