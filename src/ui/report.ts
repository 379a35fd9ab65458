import { changed, count, type Outcome, type Report } from '../engine/outcome.ts'
import type { LbprovError } from '../errors.ts'
import { counted, foldedNames, printable } from '../printable.ts'
import { alike } from './alike.ts'
import type { Paint } from './paint.ts'

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
    case 'taken-back':
      return 'taken back, because the change that needed it did not begin'
  }
}

/** What became of hosts; where many say the same of themselves, the first in full, and the names of the others. */
export const showErrors = (
  errors: Iterable<{ readonly host: string; readonly error: LbprovError }>,
  paint: Paint,
  verbose: boolean,
): string => {
  const said = [...errors].map(({ host, error }) => ({ host, text: error.message }))
  const groups = verbose ? said.map((each) => [each]) : alike(said)
  return groups
    .flatMap(([first, ...rest]) => {
      if (first === undefined) return []
      const others = rest.map(({ host }) => host)
      const same =
        others.length === 0
          ? ''
          : `  ${foldedNames(others, 'all')} (${counted(others.length, 'host')}): the same of each; --verbose shows every one\n`
      return [`${paint.bad('✘')} ${printable(first.text)}\n${same}`]
    })
    .join('')
}

/** Every failure in full, then the last line: what was done, and what the next run will find. */
export const showReport = (
  report: Report,
  seconds: number,
  dryRun: boolean,
  paint: Paint,
  verbose = false,
): string => {
  const failures = showErrors(report.errors, paint, verbose)
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
        ? report.interrupted
          ? 'run again to finish'
          : 'the rest waits for what is said above'
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
  return failures + (whole ? paint.good(line) : paint.bad(line))
}
