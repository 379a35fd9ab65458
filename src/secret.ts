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
