import type { Cluster, ManagedHost, Ssh } from '../inventory/cluster.ts'
import type { Platform } from '../platform.ts'
import type { Resource } from '../resource.ts'

/** For whom a task says what it wants. */
export interface Place {
  readonly cluster: Cluster
  readonly host: ManagedHost
  readonly platform: Platform
  /** What tasks wrote under `/var/lib/lbprov/records` on this host, by name, as it stands there: `{ marks: '[…]' }`. */
  readonly records: Readonly<Record<string, string>>
  /** Real servers that an operator drained, by name; in `cluster` they have weight 0 already. All routers' memory together. */
  readonly drained: readonly string[]
  /** The hosts that some router of the cluster remembers, those that left the inventory too. */
  readonly roster: readonly KnownHost[]
}

/** Before any host was asked: nothing is remembered. */
export const nothingRemembered: Pick<Place, 'records' | 'drained' | 'roster'> = {
  records: {},
  drained: [],
  roster: [],
}

/** A host as the routers remember it: enough to reach it when the inventory does no more. */
export interface KnownHost {
  readonly name: string
  readonly role: 'router' | 'real_server'
  readonly ssh: Ssh
}

/** A playbook's word: pure LVS knowledge, from cluster, host and platform to resources in order. */
export interface Task {
  /** The file's name and the playbook's word. */
  readonly name: string
  /** One line, for help and for the docs. */
  readonly summary: string
  /** The task whose work this one ends: it may wish otherwise what that one wished, in a later phase. */
  readonly ends?: string
  /** @throws AnswerError where the platform cannot be what the task needs */
  readonly resources: (place: Place) => readonly Resource[]
}
