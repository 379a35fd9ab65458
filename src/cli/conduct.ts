import { apply, forecast, leaveAlone } from '../engine/apply.ts'
import type { Report } from '../engine/outcome.ts'
import { isEmpty, isStuck, type Plan } from '../engine/plan.ts'
import { hangUp, lockedHosts, movedSince, survey, type Job, type Survey } from '../engine/survey.ts'
import type { LbprovError } from '../errors.ts'
import { drawnScreen } from '../ui/drawn-screen.ts'
import { jsonScreen } from '../ui/json-screen.ts'
import { lineScreen } from '../ui/line-screen.ts'
import type { Screen, Skipped } from '../ui/screen.ts'
import type { ReachOptions } from './reaching.ts'
import type { World } from './world.ts'

/** How a run is asked for, whatever it does. */
export interface ConductOptions extends ReachOptions {
  readonly yes?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
  readonly verbose?: boolean
}

export const screenFor = (
  title: string,
  options: ConductOptions,
  skipped: Skipped,
  { terminal }: World,
): Screen => {
  if (options.json === true) return jsonScreen(terminal, skipped)
  const shown = {
    title,
    verbose: options.verbose === true,
    dryRun: options.dryRun === true,
    skipped,
  }
  return terminal.drawn ? drawnScreen(terminal, shown) : lineScreen(terminal, shown)
}

/** Whether there is a person to ask. */
export const mayAsk = (options: ConductOptions, { terminal }: World): boolean =>
  terminal.interactive && options.json !== true

/** Whether a person says yes: with `yes`, or by typing the name that is asked for. */
const wanted = async (question: string, { terminal }: World, name?: string): Promise<boolean> => {
  const how = name === undefined ? '[y/N]' : `Type "${name}" to go on:`
  const answer = (await terminal.ask(`\n${question} ${how} `)).trim()
  return name === undefined ? /^y(es)?$/i.test(answer) : answer === name
}

/** What stands against the plan as it was found: the hosts, and what to say of each. */
export type Objection = (found: Survey) => ReadonlyMap<string, LbprovError>

const follow = async (
  job: Job,
  found: Survey,
  { screen, options, question, name, objection, approved, world }: Conduct,
): Promise<Report> => {
  const refused = objection?.(found) ?? new Map<string, never>()
  // Another run is at work: not even the hosts that it left free are touched.
  if (refused.size > 0 || lockedHosts(found).length > 0) return leaveAlone(job, found, refused)
  screen.plan(found)
  if (options.dryRun === true) return forecast(job, found)
  // Nobody is asked about what cannot be done.
  if (!isEmpty(found.plan) && isStuck(found.plan)) return leaveAlone(job, found)
  const mustAsk = approved !== true && options.yes !== true && !isEmpty(found.plan)
  if (mustAsk) {
    const text = typeof question === 'string' ? question : await question()
    if (!(await wanted(text, world, name))) return leaveAlone(job, found)
  }
  // A person thinks for a while: are the hosts still as they were?
  const moved = mustAsk ? await movedSince(job, found) : new Map<string, never>()
  if (moved.size > 0 || job.signal.aborted) return leaveAlone(job, found, moved)
  screen.begin(found)
  return apply(job, found)
}

export interface Conduct {
  readonly screen: Screen
  readonly options: ConductOptions
  /** `Apply?`; a function: what it says is known once the hosts were reached. */
  readonly question: string | (() => Promise<string>)
  /** What is to be typed for a yes, where `y` is too easily said. */
  readonly name?: string
  readonly objection?: Objection
  /** Somebody has said yes to this very plan before. */
  readonly approved?: boolean
  /** What the inventory lets the hosts' memory mean, once it is known. */
  readonly remarks?: (found: Survey) => readonly string[] | Promise<readonly string[]>
  readonly world: World
}

/** Looks, shows, asks and does; what became of it, and the plan. */
export const conduct = async (
  job: Job,
  how: Conduct,
): Promise<{ readonly report: Report; readonly plan: Plan }> => {
  const started = Date.now()
  const found = await survey(job)
  try {
    for (const remark of (await how.remarks?.(found)) ?? []) how.screen.warn(job.mask(remark))
    const report = await follow(job, found, how)
    await how.screen.end(report, (Date.now() - started) / 1000)
    return { report, plan: found.plan }
  } finally {
    hangUp(found)
  }
}
