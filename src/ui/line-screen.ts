import { ReachError } from '../errors.ts'
import { isEmpty } from '../engine/plan.ts'
import { makePaint } from './paint.ts'
import { showPlan, sizeOf } from './plan.ts'
import { printable } from '../printable.ts'
import { showOutcome, showReport } from './report.ts'
import type { Screen, ScreenOptions, Skipped } from './screen.ts'
import type { Terminal } from './terminal.ts'

const showSkipped = ({ hosts, phases }: Skipped): string =>
  [
    hosts.length === 0 ? '' : `Skipped hosts: ${hosts.join(', ')}.\n`,
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
  return {
    tell: (event) => {
      if (event.type === 'reached' && verbose)
        out(`${event.host}: reached, ${printable(event.platform)}\n`)
      if (event.type === 'began') out(`  ${event.phase.padEnd(10)}${event.host} …\n`)
      if (event.type !== 'outcome' || event.outcome.kind === 'unchanged') return
      const mark = event.outcome.kind === 'changed' ? paint.good('✔') : paint.bad('✘')
      out(`${mark} ${event.phase.padEnd(10)}${event.host}  ${showOutcome(event.outcome)}\n`)
    },
    plan: ({ plan, reached, lost }) => {
      const away = [...lost.values()].filter((error) => error instanceof ReachError).length
      const sum = reached.size + lost.size
      const all = away === 0 ? 'all reached' : `${String(sum - away)} of ${String(sum)} reached`
      out(`${paint.bold(printable(title))} · ${all}\n${showSkipped(skipped)}\n`)
      said = new Set(lost.values())
      for (const { message } of lost.values()) out(`${paint.bad('✘')} ${printable(message)}\n`)
      out(showPlan(plan, paint, verbose))
      if (!isEmpty(plan)) out(`\n${sizeOf(plan)}.\n`)
    },
    warn: (sentence) => terminal.err(`${sentence}\n`),
    begin: () => undefined,
    end: (report, seconds) => {
      const errors = report.errors.filter(({ error }) => !said.has(error))
      out(showReport({ ...report, errors }, seconds, dryRun, paint))
      return Promise.resolve()
    },
  }
}
