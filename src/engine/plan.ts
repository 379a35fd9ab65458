import type { Change } from '../resource.ts'

/** One phase of a playbook, with the hosts of this run in the order in which they are changed. */
export interface Phase {
  readonly name: string
  readonly hosts: readonly string[]
  /** How many hosts at once; undefined: all side by side. In a serial phase the first failure stops it. */
  readonly serial: number | undefined
  /** Phases that must have succeeded on all their hosts before this one begins. */
  readonly needs: readonly string[]
  /** Hosts that belong to it and are not in this run. */
  readonly absent: readonly string[]
}

/** A change, and the resource that asks for it. */
export type PlannedChange = Change & { readonly resource: string }

export interface HostPlan {
  readonly host: string
  readonly changes: readonly PlannedChange[]
  /** How many resources are as they should be already. */
  readonly unchanged: number
  /** What nobody wishes any more and is left all the same, and why. */
  readonly left: readonly string[]
}

export interface PhasePlan {
  readonly name: string
  readonly serial: number | undefined
  readonly needs: readonly string[]
  /** Hosts that belong to it and cannot be asked: not in this run, or not reached. */
  readonly absent: readonly string[]
  readonly hosts: readonly HostPlan[]
}

/** What will be done, in order. Plain data: to JSON, a command is its text with secrets masked. */
export interface Plan {
  readonly phases: readonly PhasePlan[]
}

export const changesOf = (plan: Plan): readonly (PlannedChange & { readonly host: string })[] =>
  plan.phases.flatMap(({ hosts }) =>
    hosts.flatMap(({ host, changes }) => changes.map((change) => ({ ...change, host }))),
  )

/** The changes of one host, over all phases. */
export const changesOn = (plan: Plan, host: string): readonly PlannedChange[] =>
  changesOf(plan).filter((each) => each.host === host)

export const isEmpty = (plan: Plan): boolean => changesOf(plan).length === 0

const forHost = (plan: Plan, host: string): string =>
  JSON.stringify(
    plan.phases.map(({ name, hosts }) => [
      name,
      hosts.find((each) => each.host === host)?.changes ?? [],
    ]),
  )

/** Hosts for which the two plans, made at different times, do not say the same. */
export const movedHosts = (approved: Plan, now: Plan): readonly string[] => {
  const hosts = [approved, now].flatMap(({ phases }) =>
    phases.flatMap((phase) => phase.hosts.map(({ host }) => host)),
  )
  return [...new Set(hosts)].filter((host) => forHost(approved, host) !== forHost(now, host))
}
