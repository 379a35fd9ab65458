import { LbprovError, ReachError, StaleError } from '../errors.ts'
import { parsePlatform, platformQuestions, type Platform } from '../platform.ts'
import type { Resource } from '../resource.ts'
import { judge, questions, steps } from './ask.ts'
import { atMost } from './at-most.ts'
import type { Listener } from './events.ts'
import type { Patience } from './patience.ts'
import { movedHosts, type HostPlan, type Phase, type Plan, type PlannedChange } from './plan.ts'
import type { Dial, Wire } from './wire.ts'

/** The resources of one host, by phase. */
export type Wishes = ReadonlyMap<string, readonly Resource[]>

/** What the engine is asked to do. */
export interface Job {
  readonly hosts: readonly string[]
  /** @throws AnswerError where the platform cannot be what the tasks need */
  wishes(host: string, platform: Platform): Wishes
  /** The phases, once it is known what the hosts are. */
  phases(platforms: ReadonlyMap<string, Platform>): readonly Phase[]
  readonly dial: Dial
  /** Hosts at once. */
  readonly forks: number
  readonly patience: Patience
  /** What a host said, without the secrets that it may have read in its own files. */
  mask(said: string): string
  readonly signal: AbortSignal
  readonly tell: Listener
}

/** A host that answers: its open wire, and what is wished of it. */
export interface Reached {
  readonly wire: Wire
  readonly platform: Platform
  readonly wishes: Wishes
}

export interface Survey {
  readonly reached: ReadonlyMap<string, Reached>
  /** Hosts that could not be reached, or whose answers could not be used: why. */
  readonly lost: ReadonlyMap<string, LbprovError>
  readonly phases: readonly Phase[]
  readonly plan: Plan
}

type Judged = ReadonlyMap<string, readonly PlannedChange[]>

const asResources = ({ wishes }: Reached): readonly Resource[] => [...wishes.values()].flat()

const reach = async (job: Job, host: string): Promise<Reached> => {
  const wire = await job.dial(host)
  try {
    const facts = await wire.trip(steps(Object.values(platformQuestions)), job.patience.probeMs)
    const named = Object.keys(platformQuestions).map((name, n) => [name, facts[n]] as const)
    const answers = Object.fromEntries(named.filter(([, answer]) => answer !== undefined))
    const platform = parsePlatform(host, answers as Parameters<typeof parsePlatform>[1])
    const wishes = job.wishes(host, platform)
    job.tell({ type: 'reached', host, platform: platform.name })
    return { wire, platform, wishes }
  } catch (error) {
    wire.close()
    throw error
  }
}

const look = async (job: Job, host: string, reached: Reached): Promise<Judged> => {
  const resources = asResources(reached)
  const answers = await reached.wire.trip(steps(questions(resources)), job.patience.probeMs)
  return new Map(
    judge(host, resources, answers).map(({ resource, changes }) => [resource.id, changes]),
  )
}

/** A host's own failure is kept as a value; anything else is a bug and goes on up. */
const orError = async <Result>(work: Promise<Result>): Promise<Result | LbprovError> => {
  try {
    return await work
  } catch (error) {
    if (error instanceof LbprovError) return error
    throw error
  }
}

const planOf = (
  phases: readonly Phase[],
  reached: ReadonlyMap<string, Reached>,
  judged: ReadonlyMap<string, Judged>,
): Plan => ({
  phases: phases.map(({ name, hosts, serial, needs }) => ({
    name,
    serial,
    needs,
    hosts: hosts.flatMap((host): readonly HostPlan[] => {
      const changes = judged.get(host)
      if (changes === undefined) return []
      const each = (reached.get(host)?.wishes.get(name) ?? []).map(
        ({ id }) => changes.get(id) ?? [],
      )
      return [
        { host, changes: each.flat(), unchanged: each.filter(({ length }) => length === 0).length },
      ]
    }),
  })),
})

/**
 * Connects to all hosts side by side, asks each what it is and then how it is, in two trips, and makes
 * the plan. Nothing on any host is changed.
 */
export const survey = async (job: Job): Promise<Survey> => {
  const reached = new Map<string, Reached>()
  const lost = new Map<string, LbprovError>()
  const judged = new Map<string, Judged>()
  await atMost(job.forks, job.hosts, async (host) => {
    const found = await orError(reach(job, host))
    if (found instanceof LbprovError) {
      lost.set(host, found)
      if (found instanceof ReachError) job.tell({ type: 'unreachable', host, error: found })
      return
    }
    const changes = await orError(look(job, host, found))
    if (changes instanceof LbprovError) {
      found.wire.close()
      lost.set(host, changes)
      return
    }
    reached.set(host, found)
    judged.set(host, changes)
  })
  const platforms = new Map([...reached].map(([host, { platform }]) => [host, platform]))
  const phases = job.phases(platforms)
  return { reached, lost, phases, plan: planOf(phases, reached, judged) }
}

/** Asks again how the hosts are: those for which the plan no longer holds, and why. */
export const movedSince = async (
  job: Job,
  { reached, phases, plan }: Survey,
): Promise<ReadonlyMap<string, LbprovError>> => {
  const judged = new Map<string, Judged>()
  const moved = new Map<string, LbprovError>()
  await atMost(job.forks, [...reached], async ([host, found]) => {
    const changes = await orError(look(job, host, found))
    if (changes instanceof LbprovError) moved.set(host, changes)
    else judged.set(host, changes)
  })
  for (const host of movedHosts(plan, planOf(phases, reached, judged))) {
    if (moved.has(host)) continue
    const sentence = `${host}: changed while the plan was being looked at, so nothing was done; run again to see the new plan.`
    moved.set(host, new StaleError(sentence))
  }
  return moved
}

export const hangUp = ({ reached }: Survey): void => {
  for (const { wire } of reached.values()) wire.close()
}
