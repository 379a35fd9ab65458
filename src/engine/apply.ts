import { ReachError, type LbprovError } from '../errors.ts'
import type { PeerState } from '../peer.ts'
import { applyHost } from './apply-host.ts'
import type { Sh } from '../sh/sh.ts'
import { atMost } from './at-most.ts'
import { hostJournalStep } from './host-journal.ts'
import { maskedError } from './mask.ts'
import { remember, toRemember } from './memory.ts'
import type { HostReport, HostStatus, Outcome, Report } from './outcome.ts'
import { obstacle } from './obstacle.ts'
import { isAdopting, isStandingDown, toldAtFirst, unlessServed } from './peers.ts'
import { begins, plansByHost, type HostPlan, type PhasePlan } from './plan.ts'
import { standUp, type StoodDown } from './stand-up.ts'
import type { Job, Survey } from './survey.ts'
import type { Wire } from './wire.ts'

/** What is known of the run so far; the one thing that changes while it goes on. */
interface Progress {
  readonly wires: Map<string, Wire>
  /** By host, and by phase. */
  readonly outcomes: Map<string, Map<string, Outcome>>
  /** Hosts that failed, whose later phases are not begun. */
  readonly broken: Set<string>
  readonly errors: { host: string; error: LbprovError }[]
  /** Phases of which something was left undone, for whatever reason. */
  readonly unfinished: Set<string>
  /** What each daemon tells its peers by now. */
  readonly told: Map<string, PeerState['current']>
  /** Daemons that were stopped for a peer, and not started again yet: in which phase. */
  readonly stoodDown: Map<string, StoodDown>
  /** Lines of manifests that this run has written, by host. */
  readonly remembered: Map<string, Set<string>>
  /** What is planned for each host. */
  readonly planned: ReadonlyMap<string, readonly HostPlan[]>
}

const changesIn = (plans: readonly HostPlan[] = []): number =>
  plans.filter(begins).reduce((sum, { changes }) => sum + changes.length, 0)

/** What stands on the host before its changes of a phase: how it was found, and, once in a run, that somebody was here. */
const ahead = (
  job: Job,
  survey: Survey,
  { host, changes }: HostPlan,
  { remembered, planned }: Progress,
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
    const known = manifest.find((each) => each.id === entry.id)
    return toRemember(entry, known, { ...job.owner, since: [since[0], since[1] + n] }) ?? []
  })
  return [
    ...(entries.length === 0 ? [] : [remember(entries)]),
    ...(first ? [hostJournalStep(job.run, changesIn(planned.get(host)))] : []),
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
  const { told, stoodDown } = progress
  const wire = progress.wires.get(host)
  if (wire === undefined) return { kind: 'not-begun', because: `${host} failed before` }
  // A daemon that was stopped for a change that is made by now starts again, after an interrupt too.
  const comesBack = isAdopting(plan) && stoodDown.has(host)
  if (job.signal.aborted && !comesBack) return { kind: 'not-begun', because: 'interrupted' }
  job.tell({ type: 'began', phase: phase.name, host })
  const carefully = unlessServed(survey.peers, told, plan)
  const before = told.get(host) ?? []
  if (isAdopting(plan)) {
    told.set(host, [...before, survey.peers.desired.get(host)])
    stoodDown.delete(host)
  } else if (isStandingDown(plan)) stoodDown.set(host, { phase: phase.name, plan, before })
  const resources = survey.reached.get(host)?.wishes.get(phase.name) ?? []
  const done = await applyHost({
    phase: phase.name,
    plan: carefully,
    resources,
    ahead: ahead(job, survey, plan, progress),
    wire,
    dial: job.dial,
    run: job.run,
    patience: job.patience,
    mask: job.mask,
  })
  progress.wires.set(host, done.wire)
  if (done.told !== undefined) told.set(host, done.told)
  if ('error' in done.outcome) {
    maskedError(job.mask, done.outcome.error)
    progress.broken.add(host)
  }
  return done.outcome
}

const note = (
  { outcomes, errors }: Progress,
  phase: string,
  host: string,
  outcome: Outcome,
): void => {
  const own = outcomes.get(host) ?? new Map<string, Outcome>()
  outcomes.set(host, own.set(phase, outcome))
  if ('error' in outcome) errors.push({ host, error: outcome.error })
}

const runPhase = async (
  job: Job,
  survey: Survey,
  phase: PhasePlan,
  progress: Progress,
): Promise<void> => {
  job.tell({ type: 'phase', phase: phase.name, hosts: phase.hosts.map(({ host }) => host) })
  await atMost(Math.min(phase.serial ?? job.forks, job.forks), phase.hosts, async (plan) => {
    const isStill = plan.changes.length === 0
    const because = isStill ? undefined : (plan.blocked ?? obstacle(survey, phase, plan, progress))
    const outcome: Outcome = isStill
      ? { kind: 'unchanged' }
      : because !== undefined
        ? { kind: 'not-begun', because }
        : await turn(job, survey, phase, plan, progress)
    if (outcome.kind !== 'unchanged' && outcome.kind !== 'changed') {
      progress.unfinished.add(phase.name)
    }
    note(progress, phase.name, plan.host, outcome)
    job.tell({ type: 'outcome', phase: phase.name, host: plan.host, outcome })
  })
}

const statusOf = (outcomes: readonly Outcome[]): HostStatus => {
  const kinds = outcomes.map(({ kind }) => (kind === 'taken-back' ? 'not-begun' : kind))
  const order = ['rolled-back', 'failed', 'not-begun', 'changed'] as const
  return order.find((kind) => kinds.includes(kind)) ?? 'unchanged'
}

const reportOf = (
  lost: LbprovError | undefined,
  plans: readonly HostPlan[],
  outcomes: readonly Outcome[],
): HostReport => {
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
  const planned = plansByHost(survey.plan)
  const foretold = (host: string): HostReport => {
    const plans = planned.get(host) ?? []
    const changes = changesIn(plans)
    const outcomes: readonly Outcome[] = [
      ...(changes === 0 ? [] : [{ kind: 'changed', changes } as const]),
      ...plans.flatMap(({ blocked }) =>
        blocked === undefined ? [] : [{ kind: 'not-begun', because: blocked } as const],
      ),
    ]
    return reportOf(survey.lost.get(host), plans, outcomes)
  }
  return {
    hosts: new Map(job.hosts.map((host) => [host, foretold(host)])),
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
    broken: new Set(survey.lost.keys()),
    errors: [...survey.lost].map(([host, error]) => ({ host, error })),
    unfinished: new Set(),
    remembered: new Map(),
    planned: plansByHost(survey.plan),
    told: new Map(toldAtFirst(survey.peers)),
    stoodDown: new Map(),
  }
  try {
    for (const phase of survey.plan.phases) await runPhase(job, survey, phase, progress)
    const run = { ...job, peers: survey.peers, ...progress }
    for (const { host, phase, outcome } of await standUp(run, progress.stoodDown))
      note(progress, phase, host, outcome)
  } finally {
    for (const wire of progress.wires.values()) wire.close()
  }
  const hosts = job.hosts.map((host) => {
    const [plans, outcomes] = [progress.planned.get(host), progress.outcomes.get(host)]
    const all = [...(outcomes ?? new Map<string, Outcome>()).values()]
    return [host, reportOf(survey.lost.get(host), plans ?? [], all)] as const
  })
  return {
    hosts: new Map(hosts),
    errors: progress.errors,
    interrupted: job.signal.aborted,
    begun: true,
  }
}
