import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { ReachError } from '../../src/errors.ts'
import { Secret } from '../../src/secret.ts'
import { stepsEnded, unpack } from '../../src/sh/frame.ts'
import { sh } from '../../src/sh/sh.ts'
import { makeBecomePasswords } from '../../src/ssh/become-passwords.ts'
import { shellByPassword } from '../../src/ssh/become.ts'
import { unsaid } from '../../src/ssh/jump-words.ts'
import { byLine, makeLast } from '../../src/ssh/last-text.ts'
import type { ChannelListener, Link } from '../../src/ssh/link.ts'
import { noShell } from '../../src/ssh/sentences/shell.ts'
import { makeTrip } from '../../src/ssh/trip.ts'
import { openWire } from '../../src/ssh/wire.ts'
import { bound, growth, growthOf } from '../hostile/growth.ts'
import { hopTo, reachOf } from './reach-of.ts'

/** A text, and the pieces that it comes in. */
interface Pieces {
  readonly pieces: readonly Buffer[]
}

const inPieces = (text: string, length: number): Pieces => {
  const bytes = Buffer.from(text)
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += length) pieces.push(bytes.subarray(at, at + length))
  return { pieces }
}

const password = new Secret('horse')
const hop = hopTo(
  reachOf(
    { ...unsaid, host: 'lb1', user: 'ops' },
    { become: { method: 'sudo', user: 'root', password } },
  ),
)

/** A host that says what it is told to say, as the wire hears it. */
const host = () => {
  let hears: ChannelListener = { data: () => undefined, end: () => undefined }
  let wrote = ''
  const link: Link = {
    hop,
    witness: 'ssh',
    run: () =>
      Promise.resolve({
        write: (text) => (wrote += text),
        listen: (listener) => (hears = listener),
        close: () => undefined,
      }),
    onLost: () => undefined,
    close: () => undefined,
  }
  return {
    link,
    say: (stream: 'out' | 'err', { pieces }: Pieces) => {
      for (const piece of pieces) hears.data(stream, piece)
    },
    end: () => hears.end(1),
    wrote: () => wrote,
  }
}

const never = (): never => {
  throw new Error('it did not fail')
}

/** What is measured, with a text of so many characters; each is sent byte by byte, or whole. */
const texts: Readonly<Record<string, (size: number) => string>> = {
  'a line without an end': (size) => 'x'.repeat(size),
  'empty lines': (size) => '\n'.repeat(size),
  'words of a sentence': (size) => 'sh account sudo '.repeat(size / 16),
}

describe.each(Object.entries(texts))(
  '%s, however many packets it comes in, takes linear time',
  (_, make) => {
    const sizes = [
      ['byte by byte', 1],
      ['in one piece', Infinity],
    ] as const

    it.each(sizes)('as an answer, %s', (_how, length) => {
      const took = growth(
        ({ pieces }: Pieces) => {
          const trip = makeTrip([{ run: sh`:` }], 'ssh')
          for (const piece of pieces) trip.hear('out', piece)
          trip.doing()
          return trip.answers()
        },
        (size) => inPieces(make(size), length),
        10_000,
      )
      expect(took).toBeLessThan(bound)
    })

    it.each(sizes)(
      'before a shell begins, %s, and in the sentence about that',
      async (_how, length) => {
        const work = async (said: Pieces): Promise<void> => {
          const { link, say, end } = host()
          const wire = openWire(link, makeBecomePasswords(undefined))
          const trip = wire.trip([{ run: sh`:` }], 60_000).then(never, (error: unknown) => error)
          await new Promise((resolve) => setImmediate(resolve))
          say('err', said)
          end()
          expect(await trip).toBeInstanceOf(ReachError)
        }
        // It waits for the event loop a few times, which is the same for both.
        expect(await growthOf(work, (size) => inPieces(make(size), length), 10_000)).toBeLessThan(
          bound,
        )
      },
    )

    it.each(sizes)('before sudo asks for a password, %s', async (_how, length) => {
      const work = async (said: Pieces): Promise<void> => {
        const { link, say, end } = host()
        const hears = { data: () => undefined, end: () => undefined }
        const shell = shellByPassword(
          link,
          makeBecomePasswords(undefined),
          (question) => question(),
          hears,
        ).then(never, (error: unknown) => error)
        await new Promise((resolve) => setImmediate(resolve))
        say('err', said)
        end()
        expect(await shell).toBeInstanceOf(ReachError)
      }
      expect(await growthOf(work, (size) => inPieces(make(size), length), 4000)).toBeLessThan(bound)
    })

    it.each(sizes)('as what ssh says, %s', (_how, length) => {
      const took = growth(
        ({ pieces }: Pieces) => {
          const said = makeLast(65_536)
          const hear = byLine(65_536, (line) => said.add(`${line}\n`))
          for (const piece of pieces) hear(piece)
          return said.text()
        },
        (size) => inPieces(make(size), length),
        20_000,
      )
      expect(took).toBeLessThan(bound)
    })

    it('as the reason of a shell that ended', () => {
      const took = growth((text) => noShell(hop, 1, text), make, 6000)
      expect(took).toBeLessThan(bound)
    })
  },
)

it('a host that says that steps have ended, over and over, takes linear time', () => {
  const mark = '0123456789abcdef0123456789abcdef'
  const make = (size: number): string => `\n${mark} begin\n${`\n${mark} 0\n`.repeat(size)}`
  expect(growth((text) => unpack({ out: text, err: text }, mark), make, 2000)).toBeLessThan(bound)
  expect(growth((text) => stepsEnded(text, mark), make, 2000)).toBeLessThan(bound)
})

it('the end of a text is the same, however it comes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 9 }), { maxLength: 30 }),
      fc.integer({ min: 1, max: 20 }),
      (pieces, most) => {
        const last = makeLast(most)
        for (const piece of pieces) last.add(piece)
        expect(last.text()).toBe(pieces.join('').slice(-most))
      },
    ),
  )
})

it('lines are the same, however they come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('a', '\n') }), { maxLength: 30 }),
      (pieces) => {
        const lines: string[] = []
        const hear = byLine(100, (line) => lines.push(line))
        for (const piece of pieces) hear(Buffer.from(piece))
        expect(lines).toEqual(pieces.join('').split('\n').slice(0, -1))
      },
    ),
  )
})
