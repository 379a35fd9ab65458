/** Where a command reads and writes; main.ts makes the true one, tests another. */
export interface Terminal {
  /** Standard output: what was asked for. */
  readonly out: (text: string) => void
  /** Standard error: what goes wrong, and questions. */
  readonly err: (text: string) => void
  /** A person sits at both ends: questions may be asked. */
  readonly interactive: boolean
  /** Standard output is a terminal: progress may be drawn. */
  readonly drawn: boolean
  /** Colours are welcome: a terminal, and no NO_COLOR (no-color.org). */
  readonly colour: boolean
  /** One line from the person; with `hidden` it is not echoed. Empty at the end of input. */
  readonly ask: (question: string, hidden?: 'hidden') => Promise<string>
}
