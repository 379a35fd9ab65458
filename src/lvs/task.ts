import type { Cluster, ManagedHost } from '../inventory/cluster.ts'
import type { Platform } from '../platform.ts'
import type { Resource } from '../resource.ts'

/** For whom a task says what it wants. */
export interface Place {
  readonly cluster: Cluster
  readonly host: ManagedHost
  readonly platform: Platform
}

/** A playbook's word: pure LVS knowledge, from cluster, host and platform to resources in order. */
export interface Task {
  /** The file's name and the playbook's word. */
  readonly name: string
  /** One line, for help and for the docs. */
  readonly summary: string
  /** @throws AnswerError where the platform cannot be what the task needs */
  readonly resources: (place: Place) => readonly Resource[]
}
