/** What a host said to one step. Text is UTF-8; bytes that are not become U+FFFD, and so do NULs, which no shell can hold. */
export interface Answer {
  readonly exit: number
  readonly out: string
  readonly err: string
  /** `out` with its NULs, where it has any. */
  readonly raw?: string
}

/** To several questions, by their names. */
export type Answers = Readonly<Record<string, Answer>>
