import type { Change } from '../resource.ts'
import type { Mask } from '../secret.ts'

/** One phase of a playbook, with the hosts of this run in the order in which they are changed. */
export interface Phase {
  readonly name: string
  readonly hosts: readonly string[]
  /** How many hosts at once; undefined: all side by side. In a serial phase the first failure stops it. */
  readonly serial: number | undefined
  /** Phases that must have succeeded on all their hosts before this one begins. */
  readonly needs: readonly string[]
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
  /** Why the changes will not begin, though all else goes well; undefined: they will. */
  readonly blocked?: string
}

export interface PhasePlan {
  readonly name: string
  readonly serial: number | undefined
  readonly needs: readonly string[]
  readonly hosts: readonly HostPlan[]
}

/** What two plans are compared by; a saved one is read as no more. */
export interface ComparedPlan {
  readonly phases: readonly {
    readonly name: string
    readonly hosts: readonly {
      readonly host: string
      readonly changes: readonly unknown[]
      readonly blocked?: string | undefined
    }[]
  }[]
}

/** What will be done, in order. Plain data: to JSON, a command is its text with secrets masked. */
export interface Plan {
  readonly phases: readonly PhasePlan[]
}

/** What is planned for each host, phase by phase. */
export const plansByHost = ({ phases }: Plan): ReadonlyMap<string, readonly HostPlan[]> => {
  const plans = new Map<string, HostPlan[]>()
  for (const plan of phases.flatMap(({ hosts }) => hosts)) {
    const mine = plans.get(plan.host) ?? []
    mine.push(plan)
    plans.set(plan.host, mine)
  }
  return plans
}

export const isEmpty = ({ phases }: Plan): boolean =>
  phases.every(({ hosts }) => hosts.every(({ changes }) => changes.length === 0))

/** What a run will do of a host's plan. */
export const begins = ({ changes, blocked }: HostPlan): boolean =>
  changes.length > 0 && blocked === undefined

/** Nothing of the plan can begin. */
export const isStuck = ({ phases }: Plan): boolean =>
  !phases.some(({ hosts }) => hosts.some(begins))

/** What changes on each host, as one text; of a host without changes there is none. */
const changesAsText = ({ phases }: ComparedPlan): ReadonlyMap<string, string> => {
  const texts = new Map<string, string>()
  for (const { name, hosts } of phases) {
    for (const { host, changes, blocked } of hosts) {
      if (changes.length > 0)
        texts.set(host, `${texts.get(host) ?? ''}${JSON.stringify([name, changes, blocked])}\n`)
    }
  }
  return texts
}

/**
 * Hosts for which the two plans, made at different times, do not say the same. `mask`: a secret that the run learnt since
 * the first was made stands masked in the second alone.
 */
export const movedHosts = (
  approved: ComparedPlan,
  now: ComparedPlan,
  mask: Mask = (text) => text,
): readonly string[] => {
  const [before, after] = [changesAsText(approved), changesAsText(now)]
  const hosts = [approved, now].flatMap(({ phases }) =>
    phases.flatMap((phase) => phase.hosts.map(({ host }) => host)),
  )
  return [...new Set(hosts)].filter(
    (host) => mask(before.get(host) ?? '') !== mask(after.get(host) ?? ''),
  )
}
