import { foldedNames } from '../printable.ts'
import {
  cannotChange,
  isAdopting,
  isStandingDown,
  mayBeRejected,
  rejecting,
  toldAtFirst,
  type Peers,
  type Told,
} from './peers.ts'
import type { HostPlan, Phase, PhasePlan } from './plan.ts'

/** How far a run is. */
export interface Standing {
  /** Hosts that failed: their later phases are not begun. */
  readonly broken: ReadonlySet<string>
  /** Phases of which something was left undone, for whatever reason. */
  readonly unfinished: ReadonlySet<string>
  readonly told: Told
}

/** What a run follows. */
export interface Course {
  readonly phases: readonly Phase[]
  readonly plan: { readonly phases: readonly PhasePlan[] }
  readonly peers: Peers
}

/** The hosts of the phases that this one needs, and, in a serial phase, of this one itself: each with its place. */
const neededHosts = ({ phases }: Course, phase: PhasePlan): ReadonlyMap<string, number> => {
  const hosts = phases
    .filter(
      ({ name }) =>
        phase.needs.includes(name) || (phase.serial !== undefined && name === phase.name),
    )
    .flatMap((each) => each.hosts)
  return new Map([...new Set(hosts)].map((host, n) => [host, n]))
}

/** What failed or was left undone, and must not have been. */
const whatIsMissing = (
  course: Course,
  phase: PhasePlan,
  host: string,
  { broken, unfinished }: Standing,
): string | undefined => {
  const needed = neededHosts(course, phase)
  const failed = [...broken]
    .filter((each) => each !== host && needed.has(each))
    .sort((a, b) => (needed.get(a) ?? 0) - (needed.get(b) ?? 0))
  if (failed.length > 0) return `${foldedNames(failed)} failed`
  if (broken.has(host)) return `${host} failed before`
  const undone = phase.needs.filter((name) => unfinished.has(name))
  return undone.length === 0
    ? undefined
    : `${undone.map((name) => `"${name}"`).join(', ')} ${undone.length === 1 ? 'was' : 'were'} not done`
}

/** Peers that would reject what the host is to tell, or may. */
const whoRejects = ({ peers }: Course, host: string, { told }: Standing): string | undefined => {
  const others = [
    ...rejecting(peers, told, host, [peers.desired.get(host)]),
    ...(mayBeRejected(peers, host) ? peers.silent : []),
  ]
  const whyOf = (other: string): string => {
    const isUnclear = told.get(other)?.includes(undefined) === true
    const fact = peers.silent.has(other) ? 'silent' : isUnclear ? 'unclear' : 'rejects'
    return peers.why.get(other)?.[fact] ?? ''
  }
  return others.length === 0 ? undefined : cannotChange(others, whyOf)
}

/** How far a run will be once this has gone well. */
const after = ({ peers }: Course, plan: HostPlan, { told, ...standing }: Standing): Standing => ({
  ...standing,
  told: new Map(told).set(
    plan.host,
    isAdopting(plan)
      ? [peers.desired.get(plan.host)]
      : isStandingDown(plan)
        ? []
        : (told.get(plan.host) ?? []),
  ),
})

const changeObstacle = (
  course: Course,
  phase: PhasePlan,
  plan: HostPlan,
  standing: Standing,
): string | undefined =>
  whatIsMissing(course, phase, plan.host, standing) ??
  (isAdopting(plan) ? whoRejects(course, plan.host, standing) : undefined)

/**
 * Why a daemon must not be stopped now: the change for which it makes room, or one that would start it again, could
 * not begin, though all went well from here on.
 */
const noChangeFollows = (course: Course, phase: PhasePlan, now: Standing): string | undefined => {
  const { phases } = course.plan
  const from = phases.findIndex(({ name }) => name === phase.name)
  let standing = now
  for (const each of phases.slice(from)) {
    for (const plan of each.hosts) {
      const because = isAdopting(plan) ? changeObstacle(course, each, plan, standing) : undefined
      if (because !== undefined) return because
      if (isAdopting(plan) || isStandingDown(plan)) standing = after(course, plan, standing)
    }
  }
  return undefined
}

/** Why nothing of a host's plan may be done in this phase; undefined: nothing stands against it. */
export const obstacle = (
  course: Course,
  phase: PhasePlan,
  plan: HostPlan,
  standing: Standing,
): string | undefined =>
  changeObstacle(course, phase, plan, standing) ??
  (isStandingDown(plan) ? noChangeFollows(course, phase, standing) : undefined)

/** The plan, and of each host's part that could not begin, though all else went well: why. */
export const withObstacles = (course: Course, broken: ReadonlySet<string>): Course['plan'] => {
  const unfinished = new Set<string>()
  let standing: Standing = { broken, unfinished, told: toldAtFirst(course.peers) }
  const phases = course.plan.phases.map((phase): PhasePlan => ({
    ...phase,
    hosts: phase.hosts.map((plan): HostPlan => {
      if (plan.changes.length === 0) return plan
      const because = obstacle(course, phase, plan, standing)
      if (because === undefined) {
        standing = after(course, plan, standing)
        return plan
      }
      unfinished.add(phase.name)
      return { ...plan, blocked: because }
    }),
  }))
  return { phases }
}
