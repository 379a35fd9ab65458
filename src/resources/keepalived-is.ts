import type { PeerSettings } from '../peer.ts'
import type { TableDifference } from './ipvs-difference.ts'

/** How keepalived is on a router. */
export interface DaemonIs {
  readonly masked: boolean
  readonly enabled: boolean
  readonly activity: string
  readonly runs: boolean
  /** It runs, with another text than the wished one. */
  readonly stale: boolean
  /** Of the file as it is on the disk; a dash: there is none. */
  readonly sum: string
  /** What the file as it is on the disk makes a router say in VRRP; missing: there is none. */
  readonly file?: PeerSettings
  /** What it says in VRRP now, and what it would say after a boot; undefined: it cannot be known. */
  readonly says: readonly (PeerSettings | undefined)[]
  /** The VIPs that are on a card here, the wished ones and those of the file as it is. */
  readonly holds: readonly string[]
  /** The VIPs that tell whether some router serves: the wished ones and those of the file as it is. */
  readonly watched: readonly string[]
  readonly table: readonly TableDifference[]
}
