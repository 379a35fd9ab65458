import type { Client } from 'ssh2'

/** What a host offers, of what was compared last. */
export interface Offers {
  /** For ssh2's `debug`. */
  readonly heard: (line: string) => void
  /** Undefined: it has not begun. */
  readonly last: () => readonly string[] | undefined
  /** Whether it has said that it is an SSH server. RFC 4253, 4.2. */
  readonly greeted: () => boolean
  /** What it says in place of that. */
  readonly words: () => string
  /** Nothing more is of interest. */
  readonly stop: () => void
}

/** Words in the list of algorithms that are none: RFC 8308, and OpenSSH's PROTOCOL. */
const isName = (word: string): boolean => word !== '' && !/^(ext-info-|kex-strict-)/.test(word)

interface Inside {
  readonly _protocol?: { _debug?: unknown; readonly _buffer?: Uint8Array }
}

/** ssh2 tells only its `debug` what a host offers; when there is nothing in common, that is what a person wants to know. */
export const listenToOffers = (client: Client): Offers => {
  let last: readonly string[] | undefined
  let listening = true
  let greeted = false
  return {
    heard: (line) => {
      greeted ||= line.startsWith('Remote ident: ')
      const list = listening ? /^Handshake: \(remote\) [^:]*: (.*)$/s.exec(line)?.[1] : undefined
      if (list !== undefined) last = list.split(',').filter(isName)
    },
    last: () => last,
    greeted: () => greeted,
    words: () => {
      const bytes = greeted ? undefined : (client as unknown as Inside)._protocol?._buffer
      return bytes === undefined ? '' : Buffer.from(bytes).toString('latin1').trim()
    },
    stop: () => {
      listening = false
      // A line for each packet would be made otherwise.
      const protocol = (client as unknown as Inside)._protocol
      if (protocol !== undefined) protocol._debug = undefined
    },
  }
}
