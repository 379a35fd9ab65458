import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openWish, type Wish } from '../../../src/cli/files.ts'
import { exitOf } from '../../../src/cli/exit-of.ts'
import { applyJob, forgetJob, leaveJob, type JobFrame } from '../../../src/cli/job.ts'
import { sharedMemory } from '../../../src/cli/shared-memory.ts'
import { limitHosts } from '../../../src/cli/narrow.ts'
import { makeReaching } from '../../../src/cli/reaching.ts'
import { makeRun } from '../../../src/cli/run-info.ts'
import { apply } from '../../../src/engine/apply.ts'
import type { Report } from '../../../src/engine/outcome.ts'
import { isEmpty, isStuck } from '../../../src/engine/plan.ts'
import { survey, type Job } from '../../../src/engine/survey.ts'
import type { Wire } from '../../../src/engine/wire.ts'
import { ProofError, ReachError } from '../../../src/errors.ts'
import { hostsOf } from '../../../src/inventory/cluster.ts'
import { departed } from '../../../src/lvs/roster.ts'
import type { KnownHost } from '../../../src/lvs/task.ts'
import { makeWorld } from '../site.ts'
import type { Name, Trouble, Wished } from './history.ts'
import type { Router } from './router.ts'
import { inventoryText, playbookText } from './texts.ts'
import { elect, rejections } from './vrrp.ts'

class Killed extends Error {}

export interface Counts {
  runs: number
  trips: number
  looks: number
  cuts: number
  /** Runs that were not made, because no router of the inventory has ever heard of one that runs. */
  skipped: number
}

/** The routers, and an operator who runs lbprov on them. */
export interface World {
  readonly apply: (
    wished: Wished,
    limit: readonly Name[] | undefined,
    trouble: Trouble,
  ) => Promise<Report | undefined>
  readonly destroy: (wished: Wished, trouble: Trouble) => Promise<Report | undefined>
  /** Takes a router that left the inventory off, and has the others forget it; with `forget` that alone. */
  readonly remove: (wished: Wished, host: Name, forget: boolean) => Promise<void>
  /** The routers that left this inventory, as those that are in it remember them. */
  readonly departed: (wished: Wished) => Promise<readonly Name[]>
  readonly mishap: (what: 'stop' | 'reboot', host: Name) => void
  readonly reset: () => void
  /** Why parts of the last plan could not begin. */
  readonly stuck: () => readonly string[]
  readonly hasStrangers: (wished: Wished) => boolean
  readonly counts: Counts
  readonly close: () => void
}

export const openWorld = (routers: readonly Router[]): World => {
  const home = mkdtempSync(join(tmpdir(), 'lbprov-agreement-'))
  const playbook = join(home, 'playbook.yaml')
  const inventory = join(home, 'inventory.yaml')
  writeFileSync(playbook, playbookText)
  const counts: Counts = { runs: 0, trips: 0, looks: 0, cuts: 0, skipped: 0 }
  let allowed: readonly string[] = []
  let stuck: readonly string[] = []

  const routerOf = (name: string): Router => {
    const found = routers.find((router) => router.name === name)
    if (found === undefined) throw new Error(`no router ${name}`)
    return found
  }
  /** The invariant. */
  const look = (when: string): void => {
    elect(routers)
    counts.looks += 1
    const wrong = rejections(routers).filter((pair) => !allowed.includes(pair))
    if (wrong.length > 0) throw new Error(`${when}: run and reject each other: ${wrong.join(', ')}`)
  }
  /** A router that runs, and of which nothing could tell lbprov: not the inventory, nor what its routers remember. */
  const isStranger = (router: Router, wished: Wished): boolean =>
    (router.runs() !== undefined || (router.enabled() && router.file() !== undefined)) &&
    !wished.routers.some((name) => name === router.name || routerOf(name).remembers(router.name))
  const hasStrangers = (wished: Wished): boolean =>
    routers.some((router) => isStranger(router, wished))
  const begin = (): void => {
    elect(routers)
    allowed = rejections(routers)
    counts.runs += 1
  }

  /** Wires that fail as the trouble has it, and a look at the routers after each trip. */
  const withTrouble = (job: Job, trouble: Trouble, abort: AbortController) => {
    let trips = 0
    let isDead = false
    let broken: Error | undefined
    const running: Promise<unknown>[] = []
    const lost = new Set<Wire>()
    const travel = async (
      name: string,
      wire: Wire,
      [steps, timeoutMs]: Parameters<Wire['trip']>,
    ): ReturnType<Wire['trip']> => {
      if (isDead || broken !== undefined) throw new Killed()
      if (lost.has(wire)) throw new ReachError(name, 'lost', `${name}: was lost`)
      trips += 1
      counts.trips += 1
      const isHere = 'trip' in trouble && trouble.trip === trips
      if (isHere) counts.cuts += 1
      if (isHere && trouble.kind === 'killed') {
        isDead = true
        if (trouble.sent) await routerOf(name).trip(steps, timeoutMs)
        throw new Killed()
      }
      if (isHere && trouble.kind === 'powerless') {
        await routerOf(name).trip(steps.slice(0, trouble.steps), timeoutMs)
        routerOf(name).reboot()
        lost.add(wire)
        throw new ReachError(name, 'lost', `${name}: was lost`)
      }
      if (isHere && trouble.kind === 'interrupted') abort.abort()
      return routerOf(name).trip(steps, timeoutMs)
    }
    const watched: typeof travel = async (...trip) => {
      try {
        return await travel(...trip)
      } finally {
        try {
          look(`run ${String(counts.runs)}, trip ${String(trips)} (${trip[0]})`)
        } catch (error) {
          broken ??= error as Error
        }
      }
    }
    const dial: Job['dial'] = (name) => {
      if (isDead || broken !== undefined) return Promise.reject(new Killed())
      if (trouble.kind === 'away' && trouble.hosts.includes(name as Name))
        return Promise.reject(new ReachError(name, 'connect', `${name}: does not answer`))
      const wire: Wire = {
        trip: (...words) => {
          const trip = watched(name, wire, words)
          running.push(trip.catch(() => undefined))
          return trip
        },
        close: () => undefined,
      }
      return Promise.resolve(wire)
    }
    return {
      job: { ...job, dial },
      settled: async (): Promise<void> => {
        // What was on its way when lbprov died comes to its end.
        await Promise.all(running)
        look('after the run')
        if (broken !== undefined) throw broken
      },
    }
  }

  const open = (wished: Wished): Wish => {
    writeFileSync(inventory, inventoryText(wished))
    return openWish(
      inventory,
      playbook,
      makeWorld(home, { out: '', err: '' }, { env: { VRRP_PASS: wished.password } }),
    )
  }

  const run = async (
    wished: Wished,
    trouble: Trouble,
    jobOf: (frame: JobFrame) => Job,
  ): Promise<Report | undefined> => {
    if (hasStrangers(wished)) {
      counts.skipped += 1
      return undefined
    }
    const abort = new AbortController()
    const wish = open(wished)
    const world = makeWorld(home, { out: '', err: '' }, { signal: abort.signal })
    const reaching = makeReaching({ sshConfig: 'none' }, wish.cluster, world)
    const frame = {
      wish,
      forks: 50,
      tell: () => undefined,
      world,
      run: makeRun(wish.cluster.name, 'test'),
      looksOnly: false,
      reaching,
    }
    for (const router of routers)
      router.refuse(trouble.kind === 'refuses' && trouble.host === router.name ? trouble.verbs : [])
    begin()
    const { job, settled } = withTrouble(jobOf(frame), trouble, abort)
    let report: Report | undefined
    try {
      const found = await survey(job)
      stuck = found.plan.phases.flatMap(({ hosts }) =>
        hosts.flatMap(({ host, blocked }) => (blocked === undefined ? [] : `${host}: ${blocked}`)),
      )
      report = isEmpty(found.plan) || !isStuck(found.plan) ? await apply(job, found) : undefined
    } catch (error) {
      if (!(error instanceof Killed)) throw error
    }
    await settled()
    const unproved = report?.errors.find(({ error }) => error instanceof ProofError)
    if (unproved !== undefined) throw unproved.error
    for (const router of routers) router.refuse([])
    return report
  }

  const remembered = async (wished: Wished): Promise<readonly KnownHost[]> => {
    const { cluster } = open(wished)
    let known: readonly KnownHost[] = []
    await run(wished, { kind: 'none' }, (frame) => {
      const job = applyJob({ ...frame, looksOnly: true }, cluster.routers, [])
      return {
        ...job,
        phases: (facts) => {
          known = departed(cluster, sharedMemory(cluster, facts).roster)
          return []
        },
        wishes: () => new Map(),
      }
    })
    return known
  }

  return {
    counts,
    hasStrangers,
    stuck: () => stuck,
    apply: (wished, limit, trouble) => {
      const chosen = limit?.filter((name) => wished.routers.includes(name))
      if (chosen?.length === 0) return Promise.resolve(undefined)
      return run(wished, trouble, (frame) =>
        applyJob(frame, limitHosts(frame.wish.cluster, chosen?.join(',')), []),
      )
    },
    destroy: (wished, trouble) =>
      run(wished, trouble, (frame) => leaveJob(frame, hostsOf(frame.wish.cluster))),
    remove: async (wished, name, forget) => {
      const host = (await remembered(wished)).find((each) => each.name === name)
      if (host === undefined) return
      if (!forget) {
        const report = await run(wished, { kind: 'none' }, (frame) => leaveJob(frame, [host]))
        if (report === undefined || exitOf(report) !== 0) return
      }
      await run(wished, { kind: 'none' }, (frame) => forgetJob(frame, name))
    },
    departed: async (wished) => (await remembered(wished)).map(({ name }) => name as Name),
    mishap: (what, name) => {
      routerOf(name)[what]()
      look(`after ${name}'s ${what}`)
    },
    reset: () => {
      for (const router of routers) router.reset()
      allowed = []
    },
    close: () => rmSync(home, { recursive: true, force: true }),
  }
}
