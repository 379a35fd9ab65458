import { applyJob } from '../../src/cli/job.ts'
import { limitHosts } from '../../src/cli/narrow.ts'
import { makeReaching } from '../../src/cli/reaching.ts'
import { makeRun } from '../../src/cli/run-info.ts'
import { openWish } from '../../src/cli/files.ts'
import type { World } from '../../src/cli/world.ts'
import { apply } from '../../src/engine/apply.ts'
import type { Report } from '../../src/engine/outcome.ts'
import { survey, type Job } from '../../src/engine/survey.ts'
import type { Dial } from '../../src/engine/wire.ts'
import type { Step } from '../../src/sh/frame.ts'

/** What happens on the wire, by host: `trip` is told before a script goes out. */
export interface Watch {
  readonly dialled?: (host: string) => void
  readonly trip?: (host: string, steps: readonly Step[]) => void
}

/** A wire that tells; what it carries, it leaves alone. */
const watched =
  (dial: Dial, watch: Watch): Dial =>
  async (host) => {
    watch.dialled?.(host)
    const wire = await dial(host)
    return {
      close: () => wire.close(),
      trip: (steps, timeoutMs) => {
        watch.trip?.(host, steps)
        return wire.trip(steps, timeoutMs)
      },
    }
  }

/** The job that `lbprov apply INVENTORY --yes [--limit LIMIT]` does, watched. */
export const watchedJob = (inventory: string, world: World, watch: Watch, limit?: string): Job => {
  const wish = openWish(inventory, undefined, world)
  const run = makeRun(wish.cluster.name, 'test')
  const reaching = makeReaching({}, wish.cluster, world)
  const frame = { wish, forks: 50, tell: () => undefined, world, run, looksOnly: false, reaching }
  const job = applyJob(frame, limitHosts(wish.cluster, limit), [])
  return { ...job, dial: watched(job.dial, watch) }
}

export const doJob = async (job: Job): Promise<Report> => apply(job, await survey(job))
