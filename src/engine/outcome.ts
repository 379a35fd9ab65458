import type { LbprovError } from '../errors.ts'

/** How one host came out of one phase. */
export type Outcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'changed'; readonly changes: number }
  | { readonly kind: 'failed'; readonly changes: number; readonly error: LbprovError }
  | { readonly kind: 'rolled-back'; readonly error: LbprovError }
  | { readonly kind: 'not-begun'; readonly because: string }
  /** It was done, and undone because what it was done for could not follow. */
  | { readonly kind: 'taken-back' }

/** How one host came out of the whole run; in the order of what matters more. */
export type HostStatus =
  'unreachable' | 'rolled-back' | 'failed' | 'not-begun' | 'changed' | 'unchanged'

export interface HostReport {
  readonly status: HostStatus
  /** Changes done. */
  readonly changed: number
  /** Resources that were as they should be. */
  readonly unchanged: number
}

export interface Report {
  readonly hosts: ReadonlyMap<string, HostReport>
  /** One for each host that could not be reached, and each that failed, in the order in which it happened. */
  readonly errors: readonly { readonly host: string; readonly error: LbprovError }[]
  readonly interrupted: boolean
  /** Whether the plan was followed at all. */
  readonly begun: boolean
}

export const count = (report: Report, status: HostStatus): number =>
  [...report.hosts.values()].filter((host) => host.status === status).length

export const changed = (report: Report): number =>
  [...report.hosts.values()].reduce((sum, host) => sum + host.changed, 0)
