import { apply, forecast } from '../engine/apply.ts'
import type { RunEvent } from '../engine/events.ts'
import { count, type Report } from '../engine/outcome.ts'
import { isEmpty, movedHosts, type Plan } from '../engine/plan.ts'
import { hangUp, resurvey, survey, type Job, type Survey } from '../engine/survey.ts'
import { StaleError, WishError } from '../errors.ts'
import { drawnScreen } from '../ui/drawn-screen.ts'
import { jsonScreen } from '../ui/json-screen.ts'
import { lineScreen } from '../ui/line-screen.ts'
import { sizeOf } from '../ui/plan.ts'
import type { Screen } from '../ui/screen.ts'
import { openWish, type Wish } from './files.ts'
import { makeJob } from './job.ts'
import { limitHosts, limitPhases } from './narrow.ts'
import { openPlan, savePlan, type Approved } from './saved-plan.ts'
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

const screenFor = (wish: Wish, options: ApplyOptions, { terminal }: World): Screen => {
  if (options.json === true) return jsonScreen(terminal)
  const shown = {
    title: titleOf(wish.cluster),
    verbose: options.verbose === true,
    dryRun: options.dryRun === true,
  }
  return terminal.drawn ? drawnScreen(terminal, shown) : lineScreen(terminal, shown)
}

const exitOf = (report: Report, options: ApplyOptions, plan: Plan): number => {
  if (report.interrupted) return 130
  if (count(report, 'rolled-back') > 0) return 5
  if (report.errors.length > 0 || count(report, 'not-begun') > 0) return 1
  return options.dryRun === true && options.exitCode === true && !isEmpty(plan) ? 3 : 0
}

const mayAsk = (options: ApplyOptions, { terminal }: World): boolean =>
  terminal.interactive && options.json !== true

/** Does a person want this? A person thinks for a while, so the hosts are asked again before anything is done. */
const approved = async (
  job: Job,
  found: Survey,
  options: ApplyOptions,
  saved: Approved | undefined,
  { terminal }: World,
): Promise<boolean> => {
  if (saved !== undefined || options.yes === true) return true
  const answer = await terminal.ask(`\n${sizeOf(found.plan)}. Apply? [y/N] `)
  if (!/^y(es)?$/i.test(answer.trim())) return false
  const moved = movedHosts(found.plan, await resurvey(job, found))
  if (moved.length === 0) return true
  throw new StaleError(
    `${moved.join(', ')}: changed while the plan was being looked at, so nothing was done; run again to see the new plan.`,
  )
}

const follow = async (
  job: Job,
  found: Survey,
  screen: Screen,
  options: ApplyOptions,
  saved: Approved | undefined,
  world: World,
): Promise<Report> => {
  const planned = forecast(job, found)
  saved?.compare(found.plan)
  screen.plan(found, planned)
  if (options.dryRun === true || job.signal.aborted) return planned
  if (!isEmpty(found.plan) && !(await approved(job, found, options, saved, world))) {
    return { ...planned, hosts: new Map([...planned.hosts].map(([host, each]) => [host, undone(each)])) }
  }
  screen.begin(found)
  return apply(job, found)
}

const undone = (host: Report['hosts'] extends ReadonlyMap<string, infer Host> ? Host : never) => ({
  ...host,
  changed: 0,
  status: host.status === 'changed' ? ('not-begun' as const) : host.status,
})

/** `lbprov apply` and `lbprov plan`: the exit code. */
export const applyCommand = async (
  inventory: string,
  options: ApplyOptions,
  world: World,
): Promise<number> => {
  const wish = openWish(inventory, options.playbook, world)
  const saved = options.plan === undefined ? undefined : openPlan(options.plan, wish)
  const narrowing = { limit: saved?.limit ?? options.limit, phase: saved?.phase ?? options.phase ?? [] }
  const hosts = limitHosts(wish.cluster, narrowing.limit)
  const playbook = limitPhases(wish.playbook, narrowing.phase)
  const mustAsk = options.dryRun !== true && options.yes !== true && saved === undefined
  if (mustAsk && !mayAsk(options, world)) {
    throw new WishError('Nobody can be asked here; look with --dry-run, then give --yes to apply.')
  }
  const screen = screenFor(wish, options, world)
  for (const warning of wish.warnings) screen.warn(warning)
  const started = Date.now()
  const tell = (event: RunEvent): void => screen.tell(event)
  const job = makeJob(wish.cluster, playbook, hosts, options.forks, tell, world)
  const found = await survey(job)
  try {
    const report = await follow(job, found, screen, options, saved, world)
    await screen.end(report, (Date.now() - started) / 1000)
    if (options.output !== undefined) savePlan(options.output, wish, narrowing, found.plan)
    return exitOf(report, options, found.plan)
  } finally {
    hangUp(found)
  }
}
