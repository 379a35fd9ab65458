import { changed, count, type Outcome, type Report } from '../engine/outcome.ts'
import type { Paint } from './paint.ts'
import { printable } from '../printable.ts'

/** What became of one host in one phase, in a few words. */
export const showOutcome = (outcome: Outcome): string => {
  switch (outcome.kind) {
    case 'unchanged':
      return 'nothing to do'
    case 'changed':
      return `${String(outcome.changes)} changed, proved`
    case 'failed':
      return 'failed'
    case 'rolled-back':
      return 'rolled back'
    case 'not-begun':
      return `not begun: ${outcome.because}`
  }
}

/** Every failure in full, then the last line: what was done, and what the next run will find. */
export const showReport = (
  report: Report,
  seconds: number,
  dryRun: boolean,
  paint: Paint,
): string => {
  const failures = report.errors.map(
    ({ error }) => `${paint.bad('✘')} ${printable(error.message)}\n`,
  )
  const failed = count(report, 'failed')
  const rolledBack = count(report, 'rolled-back')
  const unreachable = count(report, 'unreachable')
  const notBegun = count(report, 'not-begun')
  const done = changed(report)
  const broken = failed + rolledBack + unreachable
  const whole = broken + notBegun === 0 && !report.interrupted
  const next = !report.begun
    ? 'nothing was changed'
    : !whole
      ? broken === 0
        ? 'run again to finish'
        : 'run again when it is mended'
      : done === 0
        ? 'nothing to do'
        : 'the next run will find nothing to do'
  const counts = [
    `${String(done)} ${dryRun ? 'would change' : 'changed'}`,
    `${String(failed)} failed`,
    ...(rolledBack > 0 ? [`${String(rolledBack)} rolled back`] : []),
    ...(unreachable > 0 ? [`${String(unreachable)} unreachable`] : []),
    ...(notBegun > 0 ? [`${String(notBegun)} not begun`] : []),
    ...(report.interrupted ? ['interrupted'] : []),
  ].join(', ')
  const line = `${counts} · ${seconds.toFixed(1)} s · ${next}\n`
  return failures.join('') + (whole ? paint.good(line) : paint.bad(line))
}
