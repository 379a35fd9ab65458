import { changed, count, type Outcome } from '../engine/outcome.ts'
import { showOutcome } from './report.ts'
import type { Screen } from './screen.ts'
import type { Terminal } from './terminal.ts'

const outcomeFields = (outcome: Outcome): object => ({
  status: outcome.kind,
  message: 'error' in outcome ? outcome.error.message : showOutcome(outcome),
  ...('changes' in outcome && { changed: outcome.changes }),
})

/**
 * One JSON object a line on stdout, and nothing else there. Types: `unreachable`, `failed`, `change`,
 * `warning`, `outcome`, and last `summary`.
 */
export const jsonScreen = ({ out }: Terminal): Screen => {
  const write = (line: object): void => out(`${JSON.stringify(line)}\n`)
  return {
    tell: (event) => {
      if (event.type !== 'outcome' || event.outcome.kind === 'unchanged') return
      write({ type: 'outcome', host: event.host, phase: event.phase, ...outcomeFields(event.outcome) })
    },
    plan: ({ plan, lost }) => {
      for (const [host, { code, message }] of lost) {
        write({ type: code === 'E_REACH' ? 'unreachable' : 'failed', host, code, message })
      }
      for (const { name: phase, hosts } of plan.phases) {
        for (const { host, changes } of hosts) {
          for (const { resource, what, before, after, note, severs } of changes) {
            const guarded = severs === true
            write({ type: 'change', host, phase, resource, what, before, after, note, guarded })
          }
        }
      }
    },
    warn: (message) => write({ type: 'warning', message }),
    begin: () => undefined,
    end: (report) => {
      write({
        type: 'summary',
        changed: changed(report),
        unchanged: [...report.hosts.values()].reduce((sum, host) => sum + host.unchanged, 0),
        failed: count(report, 'failed') + count(report, 'rolled-back'),
        unreachable: count(report, 'unreachable'),
        hosts: Object.fromEntries(
          [...report.hosts].map(([host, { changed: n, status }]) => [host, { changed: n, status }]),
        ),
      })
      return Promise.resolve()
    },
  }
}
