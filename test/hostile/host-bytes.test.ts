import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { lockAnswer } from '../../src/engine/lock.ts'
import { asText } from '../fuzz/answers.ts'
import { fault } from '../fuzz/judge.ts'
import { targets } from '../fuzz/targets.ts'
import { tame, tameWord } from '../../src/printable.ts'
import { printable, printableLine } from '../../src/printable.ts'

const hosts = ['platform', 'memory', 'resource', 'together', 'lock', 'frames', 'known_hosts']

const bytes = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 200 }).map((raw) => Buffer.from(raw).toString('utf8')),
  fc.constantFrom('\u001b[2J', '\u202e', '\0', '{}', '[[', '-P INPUT DROP', '__proto__', '\n\n'),
)
const answer = fc.record({ exit: fc.integer({ min: 0, max: 255 }), out: bytes, err: bytes })

describe('whatever a host answers', () => {
  it.each(targets.filter(({ name }) => hosts.includes(name)).map((each) => [each.name, each]))(
    'as its %s, it ends in sentences that a terminal only shows',
    (_, target) => {
      // Half of them as it would answer, with one thing changed: the rest is not even looked at otherwise.
      const nearly = fc
        .tuple(fc.constantFrom(...target.seeds), fc.nat(), fc.nat({ max: 30 }), bytes)
        .map(([seed, at, length, by]) => {
          const from = at % (seed.length + 1)
          return seed.slice(0, from) + by + seed.slice(from + length)
        })
      const any = fc
        .tuple(fc.nat({ max: 2000 }), fc.array(answer, { maxLength: 10 }))
        .map(
          ([n, each]) =>
            (['resource', 'together'].includes(target.name) ? `${String(n)}\u241d` : '') +
            asText(each),
        )
      fc.assert(
        fc.property(fc.oneof(nearly, any), (text) => {
          expect(fault(target, text)).toBeUndefined()
        }),
        { numRuns: 1500 },
      )
    },
  )

  it('much of it is cut', () => {
    const much = 'a\u001b[2J\n'.repeat(300_000)
    expect(tame(much).length).toBeLessThan(2000)
    expect(tameWord(much).length).toBeLessThanOrEqual(300)
    const refusal = (): void => lockAnswer('lb1', { exit: 1, out: much, err: much })
    expect(refusal).toThrow(/^[^\u001b]{10,600}$/)
  })
})

describe('what is printed', () => {
  const unsafe = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
  it('has nothing that a terminal obeys, whatever it was made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const shown of [printable(text), tame(text), tameWord(text)])
          expect(shown).not.toMatch(unsafe)
        expect(printableLine(text)).not.toMatch(/[\n\t]/)
      }),
    )
  })

  it('stays as it is where nothing of it is strange', () => {
    const plain = 'net.ipv4.ip_forward = 1, "ä" → 漢字\n\tdone'
    expect(printable(plain)).toBe(plain)
    expect(printable('\u001b\u{e0041}')).toBe('\\u001b\\u{e0041}')
  })
})
