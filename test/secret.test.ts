import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { MASK, Secret, masking } from '../src/secret.ts'
import { maskedSh, sh } from '../src/sh/sh.ts'

const maskOf = (...secrets: readonly string[]) => masking(secrets.map((each) => new Secret(each)))

// The mask's own character is in no password.
const characters = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }),
  fc.constantFrom("'", '"', '\\', '$', '^', '.', '*', '(', '[', '{', '|', '/', '-', ' ', 'a', 'ab'),
)
const wordOf = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(characters, { minLength, maxLength })
    .map((pieces) => pieces.join('').replaceAll(/[•\0]/g, ''))
    .filter((word) => word.length >= minLength)
const secrets = fc.array(wordOf(4, 8), { minLength: 1, maxLength: 4 })
const textWith = (words: readonly string[]): fc.Arbitrary<string> =>
  fc.array(fc.oneof(fc.constantFrom(...words), wordOf(0, 4))).map((pieces) => pieces.join(''))
const both = secrets.chain((words) => fc.tuple(fc.constant(words), textWith(words)))

describe('a text without secrets', () => {
  it('law: holds none of them, whatever they are and wherever they stand', () => {
    fc.assert(
      fc.property(both, ([words, text]) => {
        const mask = maskOf(...words)
        const shown = mask(text)
        for (const word of words) expect(shown).not.toContain(word)
        expect(mask(shown)).toBe(shown)
        // A command is shown without them, and is the same.
        const run = sh`printf %s ${text}`
        const masked = maskedSh(run, mask)
        for (const word of words) {
          expect(masked.shown).not.toContain(word)
          expect(masked.shown).not.toContain(word.replaceAll("'", "'\\''"))
        }
        expect(masked.text).toBe(run.text)
      }),
      { numRuns: 500 },
    )
  })

  it('law: is as it was where none of them is in it', () => {
    fc.assert(
      fc.property(secrets, wordOf(0, 20), (words, text) => {
        fc.pre(words.every((word) => !text.includes(word)))
        expect(maskOf(...words)(text)).toBe(text)
      }),
    )
  })

  it.each([
    ['a longer one before one that is a part of it', ['pass', 'password'], 'my password', 'my •••'],
    ['one that is a pattern elsewhere', ['a.*b'], 'a.*b axxb', '••• axxb'],
    [
      'a short one as a word',
      ['abc'],
      'abc: abcd cab "abc" abc_ x-abc',
      '•••: abcd cab "•••" abc_ x-•••',
    ],
    ['a short one without a letter', ['#1'], 'pass #1, #12', 'pass •••, #12'],
    ['none', [], 'a text', 'a text'],
    ['an empty one', [''], 'a text', 'a text'],
  ])('%s', (_, words, text, shown) => {
    expect(maskOf(...words)(text)).toBe(shown)
    expect(MASK).toBe('•••')
  })
})
