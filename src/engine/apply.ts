import { ReachError, type LbprovError } from '../errors.ts'
import { applyHost } from './apply-host.ts'
import type { Sh } from '../sh/sh.ts'
import { atMost } from './at-most.ts'
import { hostJournalStep } from './host-journal.ts'
import { remember, toRemember } from './memory.ts'
import type { HostReport, HostStatus, Outcome, Report } from './outcome.ts'
import { changesOn, type HostPlan, type PhasePlan } from './plan.ts'
import type { Job, Survey } from './survey.ts'
import type { Wire } from './wire.ts'

/** What is known of the run so far; the one thing that changes while it goes on. */
interface Progress {
  readonly wires: Map<string, Wire>
  readonly outcomes: Map<string, Outcome[]>
  /** Why a host's later phases are not begun. */
  readonly broken: Map<string, LbprovError>
  readonly errors: { host: string; error: LbprovError }[]
  /** Phases of which something was left undone, for whatever reason. */
  readonly unfinished: Set<string>
  /** Lines of manifests that this run has written, by host. */
  readonly remembered: Map<string, Set<string>>
}

/** What stands on the host before its changes of a phase: how it was found, and, once in a run, that somebody was here. */
const ahead = (
  job: Job,
  survey: Survey,
  { host, changes }: HostPlan,
  { remembered }: Progress,
): readonly Sh[] => {
  const first = !remembered.has(host)
  const written = remembered.get(host) ?? new Set<string>()
  remembered.set(host, written)
  const manifest = survey.reached.get(host)?.memory.manifest ?? []
  const since = [job.run.since, written.size] as const
  const entries = [...new Set(changes.map(({ resource }) => resource))].flatMap((id, n) => {
    const entry = survey.found.get(host)?.get(id)
    if (entry === undefined || written.has(id)) return []
    written.add(id)
    const known = manifest.find((each) => each.id === id)
    return toRemember(entry, known, { ...job.owner, since: [since[0], since[1] + n] }) ?? []
  })
  return [
    ...(entries.length === 0 ? [] : [remember(entries)]),
    ...(first ? [hostJournalStep(job.run, changesOn(survey.plan, host).length)] : []),
  ]
}

const turn = async (
  job: Job,
  survey: Survey,
  phase: PhasePlan,
  plan: HostPlan,
  progress: Progress,
): Promise<Outcome> => {
  const { host } = plan
  const wire = progress.wires.get(host)
  const broken = progress.broken.get(host)
  if (wire === undefined || broken !== undefined) {
    return { kind: 'not-begun', because: `${host} failed before` }
  }
  if (job.signal.aborted) return { kind: 'not-begun', because: 'interrupted' }
  job.tell({ type: 'began', phase: phase.name, host })
  const resources = survey.reached.get(host)?.wishes.get(phase.name) ?? []
  const done = await applyHost({
    phase: phase.name,
    plan,
    resources,
    ahead: ahead(job, survey, plan, progress),
    wire,
    dial: job.dial,
    run: job.run,
    patience: job.patience,
    mask: (said) => job.mask(said),
  })
  progress.wires.set(host, done.wire)
  if ('error' in done.outcome) {
    progress.broken.set(host, done.outcome.error)
    progress.errors.push({ host, error: done.outcome.error })
  }
  return done.outcome
}

/** The failed hosts of the phases that this one needs, and, in a serial phase, of this one itself. */
const blockers = (survey: Survey, phase: PhasePlan, progress: Progress): readonly string[] =>
  survey.phases
    .filter(
      ({ name }) =>
        phase.needs.includes(name) || (phase.serial !== undefined && name === phase.name),
    )
    .flatMap(({ hosts }) => hosts)
    .filter((host) => progress.broken.has(host))

/** Why nothing of a host's plan may be done in this phase; undefined: nothing stands against it. */
const obstacle = (
  survey: Survey,
  phase: PhasePlan,
  { host, changes }: HostPlan,
  progress: Progress,
): string | undefined => {
  const failed = [...new Set(blockers(survey, phase, progress))].filter((each) => each !== host)
  if (failed.length > 0) return `${failed.join(', ')} failed`
  if (progress.broken.has(host)) return `${host} failed before`
  const undone = phase.needs.filter((name) => progress.unfinished.has(name))
  if (undone.length > 0)
    return `${undone.map((name) => `"${name}"`).join(', ')} ${undone.length === 1 ? 'was' : 'were'} not done`
  return phase.absent.length > 0 && changes.some(({ needsAll }) => needsAll === true)
    ? `${phase.absent.join(', ')} cannot change with it`
    : undefined
}

const runPhase = async (
  job: Job,
  survey: Survey,
  phase: PhasePlan,
  progress: Progress,
): Promise<void> => {
  job.tell({ type: 'phase', phase: phase.name, hosts: phase.hosts.map(({ host }) => host) })
  await atMost(Math.min(phase.serial ?? job.forks, job.forks), phase.hosts, async (plan) => {
    const because = obstacle(survey, phase, plan, progress)
    const outcome: Outcome =
      plan.changes.length === 0
        ? { kind: 'unchanged' }
        : because !== undefined
          ? { kind: 'not-begun', because }
          : await turn(job, survey, phase, plan, progress)
    if (outcome.kind !== 'unchanged' && outcome.kind !== 'changed') {
      progress.unfinished.add(phase.name)
    }
    const outcomes = progress.outcomes.get(plan.host) ?? []
    outcomes.push(outcome)
    progress.outcomes.set(plan.host, outcomes)
    job.tell({ type: 'outcome', phase: phase.name, host: plan.host, outcome })
  })
}

const statusOf = (outcomes: readonly Outcome[]): HostStatus => {
  const kinds = outcomes.map(({ kind }) => kind)
  const order = ['rolled-back', 'failed', 'not-begun', 'changed'] as const
  return order.find((kind) => kinds.includes(kind)) ?? 'unchanged'
}

const reportOf = (survey: Survey, host: string, outcomes: readonly Outcome[]): HostReport => {
  const lost = survey.lost.get(host)
  const plans = survey.plan.phases.flatMap(({ hosts }) =>
    hosts.filter((each) => each.host === host),
  )
  return {
    status:
      lost === undefined
        ? statusOf(outcomes)
        : lost instanceof ReachError
          ? 'unreachable'
          : 'failed',
    changed: outcomes.reduce((sum, each) => sum + ('changes' in each ? each.changes : 0), 0),
    unchanged: plans.reduce((sum, { unchanged }) => sum + unchanged, 0),
  }
}

/** The report of a dry run: what would change counts as changed. */
export const forecast = (job: Job, survey: Survey): Report => {
  const outcomesOf = (host: string): readonly Outcome[] =>
    survey.plan.phases.flatMap(({ hosts }) =>
      hosts
        .filter((plan) => plan.host === host && plan.changes.length > 0)
        .map(({ changes }): Outcome => ({ kind: 'changed', changes: changes.length })),
    )
  return {
    hosts: new Map(job.hosts.map((host) => [host, reportOf(survey, host, outcomesOf(host))])),
    errors: [...survey.lost].map(([host, error]) => ({ host, error })),
    interrupted: job.signal.aborted,
    begun: false,
  }
}

/** The report of a run that ended before anything was done. `moved`: hosts for which the plan no longer holds, and why. */
export const leaveAlone = (
  job: Job,
  survey: Survey,
  moved: ReadonlyMap<string, LbprovError> = new Map(),
): Report => {
  const { hosts, errors, ...planned } = forecast(job, survey)
  const statusNow = (host: string, { status }: HostReport): HostStatus =>
    moved.has(host) ? 'failed' : status === 'changed' ? 'not-begun' : status
  return {
    ...planned,
    hosts: new Map(
      [...hosts].map(([host, each]) => [
        host,
        { ...each, changed: 0, status: statusNow(host, each) },
      ]),
    ),
    errors: [...errors, ...[...moved].map(([host, error]) => ({ host, error }))],
  }
}

/**
 * Follows the plan, phase by phase with a barrier after each. A host that failed is left alone from then
 * on; a phase that needs another is begun only where that one succeeded on all its hosts, and a serial
 * phase ends at its first failure.
 */
export const apply = async (job: Job, survey: Survey): Promise<Report> => {
  const progress: Progress = {
    wires: new Map([...survey.reached].map(([host, { wire }]) => [host, wire])),
    outcomes: new Map(),
    broken: new Map(survey.lost),
    errors: [...survey.lost].map(([host, error]) => ({ host, error })),
    unfinished: new Set(),
    remembered: new Map(),
  }
  try {
    for (const phase of survey.plan.phases) await runPhase(job, survey, phase, progress)
  } finally {
    for (const wire of progress.wires.values()) wire.close()
  }
  const hosts = job.hosts.map(
    (host) => [host, reportOf(survey, host, progress.outcomes.get(host) ?? [])] as const,
  )
  return {
    hosts: new Map(hosts),
    errors: progress.errors,
    interrupted: job.signal.aborted,
    begun: true,
  }
}
