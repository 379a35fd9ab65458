import { inspect } from 'node:util'

import { type Mask, Secret, reveal } from '../secret.ts'
import type { Answer } from './answer.ts'

const key = Symbol('made by the sh tag')

/** One script that answers for many: a question of its kind is asked about one word. */
export interface Kind {
  /** Asks about all the words. */
  ask(words: readonly string[]): Sh
  /**
   * What each of the words was answered, in their order.
   * @throws AnswerError for an answer that does not say it of all of them
   */
  cut(answer: Answer, words: readonly string[]): readonly Answer[]
}

/**
 * A piece of POSIX shell. Only the `sh` tag makes one, and it quotes every hole, so nothing from an
 * inventory or a host can become code. `text` goes to the host; `shown` is the same with secrets masked.
 */
export class Sh {
  readonly #text: string
  readonly shown: string
  /** Of a question that can be asked together with others of its kind, to the same answer. */
  readonly of: { readonly kind: Kind; readonly word: string } | undefined

  constructor(maker: typeof key, text: string, shown: string, of?: Sh['of']) {
    if (maker !== key) throw new TypeError('only the sh tag makes shell text')
    this.#text = text
    this.shown = shown
    this.of = of
  }

  get text(): string {
    return this.#text
  }

  toString(): string {
    return this.shown
  }

  toJSON(): string {
    return this.shown
  }

  [inspect.custom](): string {
    return this.shown
  }
}

/** What may stand in a hole. A list becomes its words, each quoted, with spaces between. */
export type Hole = string | number | Secret | Sh | readonly Hole[]

/**
 * One word for any POSIX shell, whatever bytes are in it, NUL excepted (no shell can hold one).
 * @throws RangeError for a NUL byte
 */
export const quote = (word: string): string => {
  if (word.includes('\0')) throw new RangeError('a shell word cannot hold a NUL byte')
  return /^[\w@%+:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

const fill = (hole: Hole, secret: (value: Secret) => string): string => {
  if (hole instanceof Sh) return secret === reveal ? hole.text : hole.shown
  if (hole instanceof Secret) return quote(secret(hole))
  if (typeof hole === 'object') return hole.map((each) => fill(each, secret)).join(' ')
  return quote(String(hole))
}

const weave = (
  strings: readonly string[],
  holes: readonly Hole[],
  secret: (value: Secret) => string,
): string =>
  strings
    .map(
      (text, n) =>
        (n === 0 ? '' : fill(holes[n - 1] ?? '', secret)) + text.replace(/\\([`$])/g, '$1'),
    )
    .join('')

/**
 * Shell text with every hole quoted: sh`ip addr add ${address} dev ${device}`. `Sh` goes in as it is.
 * A backslash stays one, but for \\` and \\$, which the template itself needs to write \` and \${…}.
 */
export const sh = (strings: TemplateStringsArray, ...holes: readonly Hole[]): Sh =>
  new Sh(key, weave(strings.raw, holes, reveal), weave(strings.raw, holes, String))

/** `alone`: the question as it is asked where nobody asks another of its kind; its answer must be the same. */
export const together = (kind: Kind, word: string, alone: Sh): Sh =>
  new Sh(key, alone.text, alone.shown, { kind, word })

/** The same command, shown with what `mask` leaves of it. */
export const maskedSh = (run: Sh, mask: Mask): Sh => {
  const shown = mask(run.shown)
  return shown === run.shown ? run : new Sh(key, run.text, shown, run.of)
}

/** Several pieces, one a line. */
export const lines = (...pieces: readonly Sh[]): Sh =>
  new Sh(
    key,
    pieces.map((piece) => piece.text).join('\n'),
    pieces.map((piece) => piece.shown).join('\n'),
  )
