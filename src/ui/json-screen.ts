import { showJson } from '../json.ts'
import { changed, count, type Outcome } from '../engine/outcome.ts'
import { showOutcome } from './report.ts'
import type { LbprovError } from '../errors.ts'
import type { Screen, Skipped } from './screen.ts'
import type { Terminal } from './terminal.ts'

const outcomeFields = (outcome: Outcome): object => ({
  status: outcome.kind,
  message: 'error' in outcome ? outcome.error.message : showOutcome(outcome),
  ...('changes' in outcome && { changed: outcome.changes }),
})

/**
 * One JSON object a line on stdout, and nothing else there. Types: `warning`, `skipped`, `unreachable`,
 * `failed`, `change`, `left`, `outcome`, and last `summary`.
 */
export const jsonScreen = ({ out }: Terminal, skipped: Skipped): Screen => {
  const write = (line: object): void => out(`${showJson(line)}\n`)
  const said = new Set<LbprovError>()
  const complain = (host: string, error: LbprovError): void => {
    const { code, message } = error
    said.add(error)
    write({ type: code === 'E_REACH' ? 'unreachable' : 'failed', host, code, message })
  }
  return {
    tell: (event) => {
      if (event.type === 'outcome' && 'error' in event.outcome) said.add(event.outcome.error)
      if (event.type !== 'outcome' || event.outcome.kind === 'unchanged') return
      write({
        type: 'outcome',
        host: event.host,
        phase: event.phase,
        ...outcomeFields(event.outcome),
      })
    },
    plan: ({ plan, lost }) => {
      if (skipped.hosts.length + skipped.phases.length > 0) write({ type: 'skipped', ...skipped })
      for (const [host, error] of lost) complain(host, error)
      for (const { name: phase, hosts } of plan.phases) {
        for (const { host, changes, left, blocked } of hosts) {
          for (const message of left) write({ type: 'left', host, message })
          for (const { resource, what, before, after, note, severs } of changes) {
            const guarded = severs === true
            const change = { host, phase, resource, what, before, after, note, guarded }
            write({ type: 'change', ...change, ...(blocked !== undefined && { blocked }) })
          }
        }
      }
    },
    warn: (message) => write({ type: 'warning', message }),
    begin: () => undefined,
    end: (report) => {
      for (const { host, error } of report.errors) if (!said.has(error)) complain(host, error)
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
