import { apply, forecast, leaveAlone } from '../engine/apply.ts'
import type { RunEvent } from '../engine/events.ts'
import type { Report } from '../engine/outcome.ts'
import { isEmpty } from '../engine/plan.ts'
import { hangUp, movedSince, survey, type Job, type Survey } from '../engine/survey.ts'
import { WishError } from '../errors.ts'
import { drawnScreen } from '../ui/drawn-screen.ts'
import { jsonScreen } from '../ui/json-screen.ts'
import { lineScreen } from '../ui/line-screen.ts'
import type { Screen, Skipped } from '../ui/screen.ts'
import { exitOf } from './exit-of.ts'
import { openWish, type Wish } from './files.ts'
import { makeJob } from './job.ts'
import { limitHosts, limitPhases, skippedOf } from './narrow.ts'
import { openPlan, savePlan, type Approved, type Narrowing } from './saved-plan.ts'
import { titleOf } from './title.ts'
import type { World } from './world.ts'

export interface ApplyOptions {
  readonly yes?: boolean
  readonly dryRun?: boolean
  readonly limit?: string
  readonly playbook?: string
  readonly phase?: readonly string[]
  readonly forks: number
  readonly json?: boolean
  readonly verbose?: boolean
  readonly exitCode?: boolean
  /** A saved plan to follow. */
  readonly plan?: string
  /** Where the plan is saved: `lbprov plan -o`. */
  readonly output?: string
}

const screenFor = (
  wish: Wish,
  options: ApplyOptions,
  skipped: Skipped,
  { terminal }: World,
): Screen => {
  if (options.json === true) return jsonScreen(terminal, skipped)
  const shown = {
    title: titleOf(wish.cluster),
    verbose: options.verbose === true,
    dryRun: options.dryRun === true,
    skipped,
  }
  return terminal.drawn ? drawnScreen(terminal, shown) : lineScreen(terminal, shown)
}

const mayAsk = (options: ApplyOptions, { terminal }: World): boolean =>
  terminal.interactive && options.json !== true

const wanted = async ({ terminal }: World): Promise<boolean> => {
  const answer = await terminal.ask('\nApply? [y/N] ')
  return /^y(es)?$/i.test(answer.trim())
}

const follow = async (
  job: Job,
  found: Survey,
  screen: Screen,
  options: ApplyOptions,
  saved: Approved | undefined,
  world: World,
): Promise<Report> => {
  const refused = saved?.moved(found.plan) ?? new Map<string, never>()
  if (refused.size > 0) return leaveAlone(job, found, refused)
  screen.plan(found)
  if (options.dryRun === true) return forecast(job, found)
  const mustAsk = saved === undefined && options.yes !== true && !isEmpty(found.plan)
  if (mustAsk && !(await wanted(world))) return leaveAlone(job, found)
  // A person thinks for a while: are the hosts still as they were?
  const moved = mustAsk ? await movedSince(job, found) : new Map<string, never>()
  if (moved.size > 0 || job.signal.aborted) return leaveAlone(job, found, moved)
  screen.begin(found)
  return apply(job, found)
}

const narrowingOf = (options: ApplyOptions, saved: Approved | undefined): Narrowing => {
  if (saved === undefined) return { limit: options.limit, phase: options.phase ?? [] }
  if (options.limit === undefined && options.phase === undefined) return saved
  throw new WishError(
    '--plan: the plan says itself which hosts and phases it is for; leave out --limit and --phase.',
  )
}

/** `lbprov apply` and `lbprov plan`: the exit code. */
export const applyCommand = async (
  inventory: string,
  options: ApplyOptions,
  world: World,
): Promise<number> => {
  const wish = openWish(inventory, options.playbook, world)
  const saved = options.plan === undefined ? undefined : openPlan(options.plan, wish)
  const narrowing = narrowingOf(options, saved)
  const hosts = limitHosts(wish.cluster, narrowing.limit)
  const playbook = limitPhases(wish.playbook, narrowing.phase)
  const mustAsk = options.dryRun !== true && options.yes !== true && saved === undefined
  if (mustAsk && !mayAsk(options, world)) {
    throw new WishError('Nobody can be asked here; look with --dry-run, then give --yes to apply.')
  }
  const skipped = skippedOf(wish, hosts, playbook)
  const screen = screenFor(wish, options, skipped, world)
  for (const warning of wish.warnings) screen.warn(warning)
  const started = Date.now()
  const tell = (event: RunEvent): void => screen.tell(event)
  const job = makeJob(wish.cluster, playbook, hosts, options.forks, tell, world)
  const found = await survey(job)
  try {
    const report = await follow(job, found, screen, options, saved, world)
    await screen.end(report, (Date.now() - started) / 1000)
    if (options.output !== undefined) savePlan(options.output, wish, narrowing, found.plan)
    const exit = exitOf(report)
    return exit === 0 && options.exitCode === true && !isEmpty(found.plan) && !report.begun
      ? 3
      : exit
  } finally {
    hangUp(found)
  }
}
