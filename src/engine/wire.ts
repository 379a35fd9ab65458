import type { Answer } from '../sh/answer.ts'
import type { Step } from '../sh/frame.ts'

/** One open connection to one host, with one long-lived shell that has root's rights. */
export interface Wire {
  /**
   * One round trip: all steps in one script. `undefined` for a chained step that was not begun.
   * @throws ReachError (stage `lost`) when the host is lost on the way or says nothing for `timeoutMs`:
   *   some of the steps may have run
   */
  trip(steps: readonly Step[], timeoutMs: number): Promise<readonly (Answer | undefined)[]>
  close(): void
}

/**
 * Opens a new connection to a host of the inventory, by its name. `at`: an address that it may have by now; the key that it
 * shows there must be the one that is known for it.
 * @throws ReachError
 */
export type Dial = (host: string, at?: string) => Promise<Wire>
