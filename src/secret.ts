import { inspect } from 'node:util'

/** What stands in for a secret wherever a person or a log could see it. */
export const MASK = '•••'

/** A value that cannot be printed: every way to turn it into text gives `•••`; only `reveal` opens it. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  static reveal(secret: Secret): string {
    return secret.#value
  }

  toString(): string {
    return MASK
  }

  toJSON(): string {
    return MASK
  }

  [inspect.custom](): string {
    return MASK
  }
}

/** The secret's own text: for what goes to a host, never for what goes to a person. */
export const reveal = (secret: Secret): string => Secret.reveal(secret)

/** Text that may hold secrets: pieces in order, each plain or secret. */
export type Content = readonly (string | Secret)[]

/** The true text, for the host. */
export const revealed = (content: Content): string =>
  content.map((piece) => (typeof piece === 'string' ? piece : reveal(piece))).join('')

/** The text with every secret masked, for people. */
export const masked = (content: Content): string => content.map(String).join('')

/** Takes every secret that the run knows out of a text. */
export type Mask = (text: string) => string

/** Fewer characters than this stand in every text. */
export const fewestMasked = 4

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/**
 * Takes secrets out of any text, wherever it came from: one of four characters or more wherever it stands, a shorter one
 * where it is a word of its own, or every text would be all masks. Also as a word in single quotes has it, as shells do.
 */
export const masking = (secrets: readonly Secret[]): Mask => {
  const words = [...new Set(secrets.map(reveal))].filter((word) => word !== '')
  const forms = words.flatMap((word) =>
    word.includes("'") ? [word, word.replaceAll("'", "'\\''")] : [word],
  )
  if (forms.length === 0) return (text) => text
  // The longest first: a shorter one may be a part of it.
  const patterns = forms
    .toSorted((one, other) => other.length - one.length)
    .map((word) =>
      word.length < fewestMasked
        ? `(?<![\\p{L}\\p{N}_])${literal(word)}(?![\\p{L}\\p{N}_])`
        : literal(word),
    )
  const all = new RegExp(patterns.join('|'), 'gu')
  return (text) => text.replaceAll(all, MASK)
}
