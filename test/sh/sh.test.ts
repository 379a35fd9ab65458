import fc from 'fast-check'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'

import { Secret } from '../../src/secret.ts'
import { lines, quote, sh, Sh } from '../../src/sh/sh.ts'
import { feed, shells } from './shells.ts'

/** Anything but NUL, which no shell can hold; lone surrogates have no UTF-8. */
const word = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
  fc.string({ unit: fc.constantFrom(...Array.from(`'"\\$\`!*?~#&|;<>(){}[]= \n\t\r-@%aé`)) }),
)

describe.each(shells)('in %s', (_, shell) => {
  it('a quoted word is one word, and the same', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 30 }), (words) => {
        const script = `printf '%s\\0' ${words.map(quote).join(' ')}\n`
        expect(feed(shell, script)).toEqual({ exit: 0, out: words.join('\0') + '\0', err: '' })
      }),
      { numRuns: 60 },
    )
  })

  it('a hole holds data, never code', () => {
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 5 }), (one, many) => {
        const script = sh`set -- ${one} ${many} ${new Secret(one)}
          printf '%s\0' $# "$@"`
        const expected = [String(many.length + 2), one, ...many, one]
        expect(feed(shell, `${script.text}\n`).out).toBe(expected.join('\0') + '\0')
      }),
      { numRuns: 60 },
    )
  })
})

describe('the tag', () => {
  it('leaves plain words as they are', () => {
    expect(sh`ip addr add ${'10.0.0.1/24'} dev ${'eth0'}`.text).toBe(
      'ip addr add 10.0.0.1/24 dev eth0',
    )
    expect(quote('')).toBe("''")
    expect(quote("it's")).toBe("'it'\\''s'")
  })

  it('takes numbers, lists and its own kind', () => {
    expect(sh`${sh`echo ${'a b'}`}; seq ${3} ${['x y', 'z']}`.text).toBe(
      "echo 'a b'; seq 3 'x y' z",
    )
    expect(lines(sh`one`, sh`two`).text).toBe('one\ntwo')
  })

  it('keeps the backslashes that are written', () => {
    expect(sh`printf 'a\n'`.text).toBe(String.raw`printf 'a\n'`)
  })

  it('refuses what no shell can hold', () => {
    expect(() => sh`echo ${'a\0b'}`).toThrow(RangeError)
  })

  it('shows no secret', () => {
    const made = sh`login ${new Secret('hush hush')}`
    const piece = lines(made, sh`${made}`)
    expect(piece.text).toBe("login 'hush hush'\nlogin 'hush hush'")
    for (const shown of [piece.shown, String(piece), JSON.stringify(piece), inspect(piece)]) {
      expect(shown).not.toContain('hush')
    }
  })

  it('is the only maker', () => {
    expect(() => new Sh(Symbol() as never, 'reboot', 'reboot')).toThrow(TypeError)
  })
})
