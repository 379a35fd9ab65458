import type { ReachError } from '../errors.ts'
import type { Witness } from '../sh/frame.ts'
import type { Hop } from './hop.ts'

/** One command that runs on a host. */
export interface Channel {
  readonly write: (text: string) => void
  /** All that comes of it, from the first byte; to be called at once. */
  readonly listen: (hears: ChannelListener) => void
  /** Ends it, whatever it does. */
  readonly close: () => void
}

export interface ChannelListener {
  readonly data: (stream: 'out' | 'err', bytes: Buffer) => void
  /** Nothing more comes. `exit`: undefined when it is not known. */
  readonly end: (exit: number | undefined) => void
  /** The host does not run the command after all; nothing of it was ever heard. */
  readonly refused?: (why: ReachError) => void
}

/** An open connection to a host, over which commands run: by ssh2, by the system's ssh, or on this machine. */
export interface Link {
  readonly hop: Hop
  readonly witness: Witness
  /**
   * Starts a command as the user who is logged in; `command` is constant text of lbprov's own.
   * @throws ReachError (stage `shell`) when the host has no channel for it
   */
  readonly run: (command: string) => Promise<Channel>
  /** Once, when the connection is lost; `why` in the words of whoever noticed. */
  readonly onLost: (lost: (why: string | undefined) => void) => void
  /** Ends it at once, whatever the other side does. */
  readonly close: () => void
}
