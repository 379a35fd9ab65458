import type { Patience } from '../engine/patience.ts'
import type { Terminal } from '../ui/terminal.ts'

/** All that a command may know of the process it runs in; main.ts makes it. */
export interface World {
  readonly terminal: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
  /** The user's home directory. */
  readonly home: string
  /** Aborted at the first Ctrl-C: what is running ends, nothing new begins. */
  readonly signal: AbortSignal
  /** Default: the engine's own. */
  readonly patience?: Patience
}
