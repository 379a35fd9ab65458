/** How a login went so far. */
export interface Attempt {
  /** The keys that were shown to the host. */
  readonly tried: readonly string[]
  /** Why others were not. */
  readonly unusable: readonly string[]
  /** What the host would accept now; `undefined` before it has said so. */
  readonly offers: readonly string[] | undefined
  /** A key was right, and the host wants more than that. */
  readonly partial: boolean
}
