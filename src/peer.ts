import type { z } from 'zod'

/**
 * What a daemon tells the daemons of the other hosts, by key. Two daemons that give one key different values reject each
 * other: two VRRP routers with other passwords would both be master.
 */
export type PeerSettings = Readonly<Record<string, string>>

/** The daemon of one host, as its peers meet it. */
export interface PeerState {
  /**
   * What it tells now, and what it would tell if the host booted; undefined: it cannot be known. Empty: it does not run,
   * and nothing but lbprov or a person starts it.
   */
  readonly current: readonly (PeerSettings | undefined)[]
  /** The daemon runs here, or its file is there: peers that do not answer may run as well. */
  readonly isSetUp: boolean
}

/** A host's daemon among its peers. */
export interface Peer {
  readonly state: PeerState
  /** What it tells once every change is made; undefined: it cannot be known. */
  readonly desired: PeerSettings | undefined
}

/** Of a kind that keeps a daemon whose peers on other hosts must have some settings alike. */
export interface PeerSpec<Schema extends z.ZodType, Is> {
  desired(should: z.output<Schema>): PeerSettings
  state(is: Is): PeerState
}

/** Whether two daemons reject each other; settings that cannot be known are taken to be other ones. */
export const rejectEachOther = (
  one: PeerSettings | undefined,
  other: PeerSettings | undefined,
): boolean => {
  if (one === undefined || other === undefined) return true
  return Object.entries(one).some(([key, value]) => (other[key] ?? value) !== value)
}

/** Whether some of these daemons tells already all that is in `settings`. */
export const areTold = (
  settings: PeerSettings,
  told: readonly (PeerSettings | undefined)[],
): boolean =>
  Object.entries(settings).every(([key, value]) => told.some((each) => each?.[key] === value))
