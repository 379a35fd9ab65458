import { setImmediate } from 'node:timers/promises'

import { LbprovError, LockedError, ReachError, StaleError } from '../errors.ts'
import { parsePlatform, platformQuestions, type Platform } from '../platform.ts'
import type { ManifestEntry, Resource } from '../resource.ts'
import type { Mask } from '../secret.ts'
import type { Step } from '../sh/frame.ts'
import { judge, named, questions, steps, type Judged } from './ask.ts'
import { surveyPeers, type PeerJob } from './ask-peers.ts'
import { atMost } from './at-most.ts'
import type { Listener } from './events.ts'
import { lockStep, settleLock, type RunInfo } from './lock.ts'
import { maskedError, maskedPlan } from './mask.ts'
import { memoryParts, memoryQuestions, readMemory, type HostMemory } from './memory.ts'
import { checkOwnFolders, ownFoldersQuestion } from './own-folders.ts'
import type { Patience } from './patience.ts'
import { withObstacles } from './obstacle.ts'
import type { Peers } from './peers.ts'
import { movedHosts, type Phase, type Plan } from './plan.ts'
import { findings, planOf, withDrift, type Wishes } from './planning.ts'
import type { Wire } from './wire.ts'

/** What a host is, and what lbprov left there before. */
export interface Facts {
  readonly platform: Platform
  readonly memory: HostMemory
}

/** What the engine is asked to do. */
export interface Job extends PeerJob {
  readonly hosts: readonly string[]
  /**
   * Looks at what lbprov left on a host before.
   * @throws AnswerError where the host must be left alone: it is another cluster's, or what it remembers is damaged
   */
  admit(host: string, facts: Facts): void
  /** @throws AnswerError where the platform cannot be what the tasks need */
  wishes(host: string, facts: ReadonlyMap<string, Facts>): Wishes
  /** The phases, once it is known what the hosts are. */
  phases(facts: ReadonlyMap<string, Facts>): readonly Phase[]
  readonly patience: Patience
  /** All that leaves the engine goes through it: a host may have any secret in its own files. */
  readonly mask: Mask
  readonly signal: AbortSignal
  readonly tell: Listener
  readonly run: RunInfo
  /** Whose lines of the manifest this run writes. */
  readonly owner: { readonly cluster: string; readonly playbook: string }
  /** A run that only looks locks nobody out. */
  readonly looksOnly: boolean
}

/** A host that answers: its open wire, and what is wished of it. */
export interface Reached extends Facts {
  readonly wire: Wire
  readonly wishes: Wishes
}

export interface Survey {
  readonly reached: ReadonlyMap<string, Reached>
  /** Hosts that could not be reached, or whose answers could not be used: why. */
  readonly lost: ReadonlyMap<string, LbprovError>
  readonly phases: readonly Phase[]
  readonly plan: Plan
  readonly peers: Peers
  /** How the hosts were found: lines for their manifests, by host and resource. */
  readonly found: ReadonlyMap<string, ReadonlyMap<string, ManifestEntry>>
}

type Met = Facts & { readonly wire: Wire }

const asResources = (wishes: Wishes): readonly Resource[] => [...wishes.values()].flat()

/** Two runs that begin together each hold some hosts: all but the first host of a run are waited for a little. */
const lockWait = 5

/** The first trip: the lock, what the host is, and what lbprov left there. */
const meet = async (job: Job, host: string): Promise<Met> => {
  const wire = await job.dial(host)
  try {
    const facts = Object.keys(platformQuestions)
    const lock: readonly Step[] = job.looksOnly
      ? []
      : [lockStep(job.run, host === job.hosts[0] ? 0 : lockWait)]
    const asked = [
      ...Object.values(platformQuestions),
      ...Object.values(memoryQuestions),
      ownFoldersQuestion,
    ]
    const answers = await wire.trip([...lock, ...steps(asked)], job.patience.probeMs)
    const told = answers.slice(lock.length)
    // Whoever is not root cannot lock either, and is told so in better words.
    const platform = parsePlatform(host, named(facts, told))
    checkOwnFolders(host, named(['own'], told.slice(facts.length + memoryParts.length)).own)
    if (!job.looksOnly) await settleLock(host, wire, job.run, answers[0], job.patience.probeMs)
    job.tell({ type: 'reached', host, platform: job.mask(platform.name) })
    const memory = readMemory(host, named(memoryParts, told.slice(facts.length)))
    job.admit(host, { platform, memory })
    return { wire, platform, memory }
  } catch (error) {
    wire.close()
    throw error
  }
}

/** The second trip: every question of every resource. */
const look = async (
  job: Job,
  host: string,
  { wire, memory }: Met,
  wishes: Wishes,
): Promise<readonly Judged[]> => {
  const resources = asResources(wishes)
  const answers = await wire.trip(steps(questions(resources)), job.patience.probeMs)
  return withDrift(judge(host, resources, answers), memory.manifest)
}

/** A host's own failure is kept as a value; anything else is a bug and goes on up. */
const orError = async <Result>(
  work: () => Promise<Result> | Result,
): Promise<Result | LbprovError> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof LbprovError) return error
    throw error
  }
}

/**
 * Connects to all hosts side by side, asks each what it is and what lbprov left there, then how it is, in two trips, and
 * makes the plan. Nothing on any host is changed.
 */
export const survey = async (job: Job): Promise<Survey> => {
  const met = new Map<string, Met>()
  const lost = new Map<string, LbprovError>()
  await atMost(job.forks, job.hosts, async (host) => {
    const found = await orError(() => meet(job, host))
    if (!(found instanceof LbprovError)) {
      met.set(host, found)
      return
    }
    lost.set(host, maskedError(job.mask, found))
    if (found instanceof ReachError) job.tell({ type: 'unreachable', host, error: found })
  })
  // In the inventory's order, whoever was faster.
  const facts = new Map(
    job.hosts.flatMap((host) => {
      const found = met.get(host)
      return found === undefined ? [] : [[host, found] as const]
    }),
  )
  const reached = new Map<string, Reached>()
  const judged = new Map<string, readonly Judged[]>()
  await atMost(job.forks, [...facts], async ([host, found]) => {
    // One host's questions are on their way before the next one's are thought of.
    await setImmediate()
    const wishes = await orError(() => job.wishes(host, facts))
    const said =
      wishes instanceof LbprovError ? wishes : await orError(() => look(job, host, found, wishes))
    if (wishes instanceof LbprovError || said instanceof LbprovError) {
      found.wire.close()
      lost.set(host, maskedError(job.mask, said as LbprovError))
      return
    }
    reached.set(host, { ...found, wishes })
    judged.set(host, said)
  })
  const phases = job.phases(facts)
  // By the resource's name as the plan has it.
  const found = new Map(
    [...judged].map(([host, said]) => [
      host,
      new Map([...findings(said)].map(([id, entry]) => [job.mask(id), entry])),
    ]),
  )
  const peers = await surveyPeers(job, facts, judged)
  const plan = planFrom(job, { reached, lost, phases, peers }, judged)
  return { reached, lost, phases, peers, plan, found }
}

/** The plan, and what of it cannot begin. */
const planFrom = (
  { mask }: Job,
  { reached, lost, phases, peers }: Pick<Survey, 'reached' | 'lost' | 'phases' | 'peers'>,
  judged: ReadonlyMap<string, readonly Judged[]>,
): Plan => {
  const wished = new Map([...reached].map(([host, { wishes }]) => [host, wishes]))
  const plan = planOf(phases, wished, judged)
  return maskedPlan(mask, withObstacles({ phases, plan, peers }, new Set(lost.keys())))
}

/** Asks again how the hosts are: those for which the plan no longer holds, and why. */
export const movedSince = async (
  job: Job,
  survey: Survey,
): Promise<ReadonlyMap<string, LbprovError>> => {
  const { reached: facts, plan } = survey
  const judged = new Map<string, readonly Judged[]>()
  const moved = new Map<string, LbprovError>()
  await atMost(job.forks, [...facts], async ([host, found]) => {
    const said = await orError(() => look(job, host, found, found.wishes))
    if (said instanceof LbprovError) moved.set(host, maskedError(job.mask, said))
    else judged.set(host, said)
  })
  const peers = await surveyPeers(job, facts, judged)
  const now = planFrom(job, { ...survey, peers }, judged)
  for (const host of movedHosts(plan, now, job.mask)) {
    if (moved.has(host)) continue
    const sentence = `${host}: changed while the plan was being looked at, so nothing was done; run again to see the new plan.`
    moved.set(host, new StaleError(sentence))
  }
  return moved
}

/** Hosts that another run holds: then this one leaves all alone. */
export const lockedHosts = ({ lost }: Survey): readonly string[] =>
  [...lost].filter(([, error]) => error instanceof LockedError).map(([host]) => host)

export const hangUp = ({ reached }: Survey): void => {
  for (const { wire } of reached.values()) wire.close()
}
