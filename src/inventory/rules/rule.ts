import type { Path } from '../../yaml.ts'
import type { Cluster } from '../cluster.ts'
import type { Origin } from '../derive/ssh.ts'
import type { Wish } from '../schema.ts'

/** What a rule judges: what was written, and what follows from it. */
export interface Inventory {
  readonly wish: Wish
  readonly cluster: Cluster
  /** Where scripts beside the inventory are found. */
  readonly origin: Origin
}

/** A fault that does not know its line yet. */
export interface Complaint {
  readonly path: Path
  readonly message: string
  readonly warning?: boolean
}

/** One subject of the guides as a pure function. */
export type Rule = (inventory: Inventory) => readonly Complaint[]
