import { ReachError } from '../errors.ts'
import type { Outcome } from '../engine/outcome.ts'
import { isEmpty } from '../engine/plan.ts'
import { crowdsOf, type Crowd } from './crowd.ts'
import { makePaint } from './paint.ts'
import { phaseColumn, showPlan, sizeOf } from './plan.ts'
import { counted, foldedNames, printable } from '../printable.ts'
import { showErrors, showOutcome, showReport } from './report.ts'
import type { Screen, ScreenOptions, Skipped } from './screen.ts'
import type { Terminal } from './terminal.ts'

const showSkipped = ({ hosts, phases }: Skipped): string =>
  [
    hosts.length === 0 ? '' : `Skipped hosts: ${foldedNames(hosts)}.\n`,
    phases.length === 0 ? '' : `Skipped phases: ${phases.join(', ')}.\n`,
  ].join('')

/** A run in plain lines, for logs and for whoever has no terminal. */
export const lineScreen = (
  terminal: Terminal,
  { title, verbose, dryRun, skipped }: ScreenOptions,
): Screen => {
  const paint = makePaint(terminal.colour)
  const { out } = terminal
  let said: ReadonlySet<unknown> = new Set()
  let crowds: ReadonlyMap<string, Crowd> = new Map()
  const good = (phase: string, words: string): void =>
    out(`${paint.good('✔')} ${phaseColumn(phase)}${words}\n`)
  const bad = (phase: string, words: string): void =>
    out(`${paint.bad('✘')} ${phaseColumn(phase)}${words}\n`)
  const tellOutcome = (phase: string, host: string, outcome: Outcome): void => {
    const crowd = crowds.get(phase)
    if (crowd === undefined) {
      const tell = outcome.kind === 'changed' ? good : bad
      tell(phase, `${host}  ${showOutcome(outcome)}`)
      return
    }
    crowd.note(host, outcome)
    if (crowd.done() < crowd.all) return
    const changed = crowd.changed()
    if (changed !== undefined) good(phase, changed)
    for (const words of crowd.others()) bad(phase, words)
  }
  return {
    tell: (event) => {
      if (event.type === 'reached' && verbose)
        out(`${event.host}: reached, ${printable(event.platform)}\n`)
      if (event.type === 'phase') {
        const crowd = crowds.get(event.phase)
        if (crowd !== undefined)
          out(`  ${phaseColumn(event.phase)}${counted(crowd.all, 'host')} …\n`)
      }
      if (event.type === 'began' && !crowds.has(event.phase))
        out(`  ${phaseColumn(event.phase)}${event.host} …\n`)
      if (event.type === 'outcome' && event.outcome.kind !== 'unchanged')
        tellOutcome(event.phase, event.host, event.outcome)
    },
    plan: ({ plan, reached, lost }) => {
      const away = [...lost.values()].filter((error) => error instanceof ReachError).length
      const sum = reached.size + lost.size
      const all = away === 0 ? 'all reached' : `${String(sum - away)} of ${String(sum)} reached`
      out(`${paint.bold(printable(title))} · ${all}\n${showSkipped(skipped)}\n`)
      said = new Set(lost.values())
      const errors = [...lost].map(([host, error]) => ({ host, error }))
      out(showErrors(errors, paint, verbose))
      out(showPlan(plan, paint, verbose))
      if (!isEmpty(plan)) out(`\n${sizeOf(plan)}.\n`)
    },
    warn: (sentence) => terminal.err(`${sentence}\n`),
    begin: ({ plan }) => {
      crowds = verbose ? new Map() : crowdsOf(plan)
    },
    end: (report, seconds) => {
      const errors = report.errors.filter(({ error }) => !said.has(error))
      out(showReport({ ...report, errors }, seconds, dryRun, paint, verbose))
      return Promise.resolve()
    },
  }
}
