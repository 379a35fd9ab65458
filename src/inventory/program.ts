/** A program on the routers: a file that is shipped to them, or one that is there already. */
export interface Program {
  /** The file that lbprov puts at the path of the first word; undefined: it is there already. */
  readonly shipped: string | undefined
  /** An absolute path and its arguments. */
  readonly words: readonly string[]
}
