import type { Sh } from './sh/sh.ts'

interface Difference {
  /** In an operator's words: `net.ipv4.ip_forward, live`. */
  readonly what: string
  /** What is there; `undefined`: nothing. For people: secrets are masked already. */
  readonly before: string | undefined
  /** What will be there; `undefined`: nothing. For people: secrets are masked already. */
  readonly after: string | undefined
  /** The two are whole texts of a file: shown as a unified diff under `what`, its path. */
  readonly text?: true
  /** What an operator should know before it happens: `the VIP stays on lb1`. */
  readonly note?: string
  /** In a serial phase, hosts with such a change come after those without. */
  readonly comesLast?: true
  /**
   * From its beginning on, the daemon may run with the desired peer settings: begun only while no peer rejects them. The
   * command goes in front where no such daemon is known to be set up: it fails where another host serves.
   */
  readonly adopts?: Sh
  /**
   * Stops the daemon because it would reject a peer that changes, until the host's own change that `adopts`. Not done for
   * a change that cannot begin; the command starts the daemon again as it was, where that change does not come.
   */
  readonly standsDown?: Sh
  /** Where in the inventory a line of the new text comes from, by line number from 1. */
  readonly places?: Readonly<Record<number, string>>
  /** Once it is done, the host may be reached at this address too, and no more at the one that is known. */
  readonly reachAt?: string
  /** The command that mends it. */
  readonly run: Sh
}

interface Harmless {
  readonly severs?: false
}

interface Severing {
  /** May cut the connection it travels on, so it cannot be written without its way back. */
  readonly severs: true
  readonly undo: Sh
}

/** One difference between wish and host, and the command that mends it. */
export type Change = Difference & (Harmless | Severing)
