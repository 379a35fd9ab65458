import { count, type Report } from '../engine/outcome.ts'

/** The exit code that a report means. */
export const exitOf = (report: Report): number => {
  if (report.interrupted) return 130
  if (count(report, 'rolled-back') > 0) return 5
  return report.errors.length > 0 || count(report, 'not-begun') > 0 ? 1 : 0
}
