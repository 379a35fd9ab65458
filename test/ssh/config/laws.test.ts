import { rmSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'

import { WishError } from '../../../src/errors.ts'
import { options } from '../../../src/ssh/config/options.ts'
import { fits, fitsList } from '../../../src/ssh/config/patterns.ts'
import { folder, read } from './read.ts'

afterAll(() => rmSync(folder, { recursive: true }))

/** Reads, asks for a host, and lets only what is thrown on purpose pass. */
const survives = async (text: string | Uint8Array, name = 'lb1', user?: string): Promise<void> => {
  try {
    await read(text, { env: { LB: 'x' } }).of(name, { user })
  } catch (error) {
    if (!(error instanceof WishError)) throw error
    expect(error.message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/)
  }
}

const keyword = fc.constantFrom(
  'Host',
  'Match',
  'Match exec',
  'IgnoreUnknown',
  ...options.map(({ name }) => name),
)
const piece = fc.oneof(
  fc.constantFrom(
    '"',
    "'",
    '\\',
    '%',
    '%h',
    '%%',
    '${LB}',
    '${',
    '*',
    '!',
    ',',
    '=',
    '#',
    '~',
    '$',
    ' ',
    '\t',
    '\r',
    '\0',
    'yes',
    'none',
    'all',
    'final',
    'host',
    '22',
    '1m',
    '+',
    '-',
    '^',
    '@',
    ':',
    '[',
    ']',
    'ssh://',
  ),
  fc.string({ unit: 'binary', maxLength: 5 }),
)
const line = fc
  .tuple(keyword, fc.constantFrom(' ', '=', ' = ', '\t', ''), fc.array(piece, { maxLength: 8 }))
  .map(([word, between, pieces]) => word + between + pieces.join(''))

describe('whatever a file says', () => {
  it('bytes', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), (bytes) => survives(bytes)))
  })

  it('lines that look like some', async () => {
    const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'))
    await fc.assert(
      fc.asyncProperty(text, (all) => survives(all)),
      { numRuns: 1000 },
    )
  })

  it('and whoever is asked for', async () => {
    const text =
      'Host *a*\nMatch host ?* exec "t %h %r %n"\nHost *\nHostName %h.x\nProxyCommand nc %h %r\nIdentityFile %C-%k'
    const name = fc.string({ unit: 'binary' })
    await fc.assert(fc.asyncProperty(name, name, (host, user) => survives(text, host, user)))
  })
})

describe('a pattern', () => {
  it('means what a regular expression of it means', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 })
    fc.assert(
      fc.property(text, letters, (subject, pattern) => {
        const source = pattern.replaceAll('*', '.*').replaceAll('?', '.')
        expect(fits(subject, pattern)).toBe(new RegExp(`^${source}$`).test(subject))
      }),
    )
  })

  it.each([
    ['stars', '*'.repeat(10_000)],
    ['stars and letters', '*a'.repeat(5000)],
    ['stars and question marks', '*?'.repeat(5000)],
  ])('of ten thousand %s comes to an end', (_, pattern) => {
    const text = 'a'.repeat(1000)
    expect(fits(`${text}b`, pattern)).toBe(/^\*+$/.test(pattern))
    expect(fitsList(text, pattern, true)).toBe(false)
  })

  it('of a whole file comes to an end', async () => {
    const stars = '*a'.repeat(2 ** 18)
    await survives(`Host ${stars}\nPort 1`, 'a'.repeat(1000))
    await survives(`Match host ${stars}\nPort 1`, 'a'.repeat(1000))
    await survives(`ConnectTimeout ${'1'.repeat(2 ** 18)}\nProxyJump ${'a,'.repeat(2 ** 18)}`)
    await survives(`User ${'"'.repeat(2 ** 18)}\nUser ${'\\ '.repeat(2 ** 18)}`)
    await survives('x y\n'.repeat(2 ** 17))
    await survives(`${' '.repeat(2 ** 19)}Port 1${'\r'.repeat(2 ** 18)}`)
    await survives(`Port${'='.repeat(2 ** 19)}`)
    await survives(`IgnoreUnknown a${',b'.repeat(2 ** 17)}\n${'z y\n'.repeat(2 ** 17)}`)
    await survives(`IgnoreUnknown ${'b,'.repeat(2 ** 14)}z\n${'z y\n'.repeat(2 ** 17)}`)
    await survives(
      Array.from({ length: 2 ** 15 }, (_, n) => `IdentityFile /${String(n)}\n`).join(''),
    )
    await survives(Array.from({ length: 2 ** 15 }, (_, n) => `k${String(n)} x\n`).join(''))
    await survives(`Include ${'['.repeat(2 ** 19)}\nInclude ${'/*'.repeat(2000)}`)
  })
})
