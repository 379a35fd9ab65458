/** How a login went so far. */
export interface Attempt {
  /** The keys that were shown to the host, and that it did not take. */
  readonly tried: readonly string[]
  /** Why others were not. */
  readonly unusable: readonly string[]
  /** The system's ssh could use some of them. */
  readonly more: boolean
  /** What was right, and not enough: keys, `the password`. */
  readonly passed: readonly string[]
  /** How many passwords or answers were wrong. */
  readonly wrong: number
  /** What the host would accept now; `undefined` before it has said so. */
  readonly offers: readonly string[] | undefined
  /** Who could be asked for a password: nobody at all, somebody who gave none, or somebody. */
  readonly person: 'nobody' | 'silent' | 'there'
  /** A person, or an agent that asks one, has been asked and has not answered yet. */
  readonly waiting: boolean
}
