import type { ListrTask } from 'listr2'

import type { Outcome } from '../engine/outcome.ts'
import type { PhasePlan, Plan } from '../engine/plan.ts'
import { changing, crowdsOf, type Crowd } from './crowd.ts'
import { lineScreen } from './line-screen.ts'
import { showOutcome } from './report.ts'
import type { Screen, ScreenOptions } from './screen.ts'
import type { Terminal } from './terminal.ts'

interface Awaited {
  readonly outcome: Promise<Outcome>
  readonly resolve: (outcome: Outcome) => void
}

const awaited = (): Awaited => {
  let resolve: (outcome: Outcome) => void = () => undefined
  const outcome = new Promise<Outcome>((settle) => {
    resolve = settle
  })
  return { outcome, resolve }
}

const key = (phase: string, host: string): string => `${phase} ${host}`

/** Of a large phase only how far it is: one line, drawn again a hundred times at most. */
const crowdTask = (
  { name }: PhasePlan,
  hosts: readonly string[],
  crowd: Crowd,
  outcomeOf: (host: string) => Promise<Outcome> | undefined,
): ListrTask => ({
  title: name,
  task: async (_, task) => {
    const step = Math.ceil(crowd.all / 100)
    await Promise.all(
      hosts.map(async (host) => {
        const outcome = await outcomeOf(host)
        if (outcome === undefined) return
        crowd.note(host, outcome)
        if (crowd.done() % step === 0)
          task.title = `${name}  ${String(crowd.done())} of ${String(crowd.all)} hosts`
      }),
    )
    const others = crowd.others()
    task.title = [`${name}  ${crowd.changed() ?? ''}`.trimEnd(), ...others].join('\n')
    if (others.length > 0) throw new Error(task.title)
  },
})

/** Draws a line a phase, and under it a line a host, each ticked when its outcome is told. */
const draw = async (plan: Plan, outcomes: ReadonlyMap<string, Awaited>): Promise<void> => {
  const hostTask = (phase: string, host: string): ListrTask => ({
    title: host,
    task: async (_, task) => {
      const outcome = await outcomes.get(key(phase, host))?.outcome
      if (outcome === undefined) return
      task.title = `${host}  ${showOutcome(outcome)}`
      if (outcome.kind !== 'changed') throw new Error(task.title)
    },
  })
  const crowds = crowdsOf(plan)
  const phaseTask = (phase: PhasePlan): ListrTask => {
    const hosts = changing(phase)
    const crowd = crowds.get(phase.name)
    if (crowd !== undefined)
      return crowdTask(phase, hosts, crowd, (host) => outcomes.get(key(phase.name, host))?.outcome)
    return {
      title: phase.name,
      task: (_, task) =>
        task.newListr(
          hosts.map((host) => hostTask(phase.name, host)),
          { concurrent: true, exitOnError: false, rendererOptions: { collapseSubtasks: false } },
        ),
    }
  }
  const phases = plan.phases.filter((phase) => changing(phase).length > 0)
  if (phases.length === 0) return
  const { Listr } = await import('listr2')
  const picture = new Listr(phases.map(phaseTask), {
    concurrent: false,
    exitOnError: false,
    // main.ts alone decides what a signal does.
    registerSignalListeners: false,
    rendererOptions: { collapseErrors: false, showErrorMessage: false },
  })
  await picture.run()
}

/** A run drawn on a terminal: lines for the plan and the report, a moving picture between them. */
export const drawnScreen = (terminal: Terminal, options: ScreenOptions): Screen => {
  const still = lineScreen(terminal, options)
  const outcomes = new Map<string, Awaited>()
  let drawing: Promise<unknown> = Promise.resolve()
  return {
    ...still,
    tell: (event) => {
      if (event.type === 'outcome')
        outcomes.get(key(event.phase, event.host))?.resolve(event.outcome)
    },
    begin: ({ plan }) => {
      for (const phase of plan.phases) {
        for (const host of changing(phase)) outcomes.set(key(phase.name, host), awaited())
      }
      drawing = draw(plan, outcomes)
    },
    end: async (report, seconds) => {
      await drawing
      await still.end(report, seconds)
    },
  }
}
