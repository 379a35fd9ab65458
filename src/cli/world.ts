import type { Patience } from '../engine/patience.ts'
import type { Terminal } from '../ui/terminal.ts'

/** All that a command may know of the process it runs in; main.ts makes it. */
export interface World {
  readonly terminal: Terminal
  /** The environment as it was at the start. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Takes a variable that holds a secret out of `childEnv`. */
  readonly conceal?: (variable: string) => void
  /** The environment that every child has. Default: `env`. */
  readonly childEnv?: Readonly<Record<string, string | undefined>>
  /** The user's home directory. */
  readonly home: string
  /** Who runs lbprov, as this machine calls him. */
  readonly user: string
  /** This machine's own name. */
  readonly hostname: string
  /** Aborted at the first Ctrl-C: what is running ends, nothing new begins. */
  readonly signal: AbortSignal
  /** Default: the engine's own. */
  readonly patience?: Patience
}
