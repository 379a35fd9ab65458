import { describe, expect, it } from 'vitest'

import { exitOf } from '../../src/cli/exit-of.ts'
import type { HostReport, HostStatus, Report } from '../../src/engine/outcome.ts'
import { ChangeError } from '../../src/errors.ts'
import { makePaint } from '../../src/ui/paint.ts'
import { showReport } from '../../src/ui/report.ts'

const report = (
  statuses: Readonly<Record<string, HostStatus>>,
  more: Partial<Report> = {},
): Report => ({
  hosts: new Map(
    Object.entries(statuses).map(([host, status]): [string, HostReport] => [
      host,
      { status, changed: status === 'changed' ? 3 : 0, unchanged: 1 },
    ]),
  ),
  errors: [],
  interrupted: false,
  begun: true,
  ...more,
})

const last = (of: Report, dryRun = false): string => showReport(of, 1.25, dryRun, makePaint(false))

const error = { host: 'lb1', error: new ChangeError('lb1: phase "a": b\u001b[2J: exit 1.') }

describe('the last line, and the exit code', () => {
  it.each([
    ['0 changed, 0 failed · 1.3 s · nothing to do', 0, report({ lb1: 'unchanged' })],
    [
      '3 changed, 0 failed · 1.3 s · the next run will find nothing to do',
      0,
      report({ lb1: 'changed' }),
    ],
    [
      '3 changed, 0 failed, 1 rolled back · 1.3 s · run again when it is mended',
      5,
      report({ lb1: 'changed', rs1: 'rolled-back' }),
    ],
    [
      '0 changed, 0 failed, 1 not begun · 1.3 s · nothing was changed',
      1,
      report({ lb1: 'not-begun' }, { begun: false }),
    ],
    [
      '3 changed, 0 failed, 1 not begun, interrupted · 1.3 s · run again to finish',
      130,
      report({ lb1: 'changed', rs1: 'not-begun' }, { interrupted: true }),
    ],
    [
      '0 changed, 0 failed, 1 unreachable · 1.3 s · run again when it is mended',
      1,
      report({ lb1: 'unreachable' }, { errors: [] }),
    ],
  ] as const)('%s: %i', (line, exit, of) => {
    expect(last(of)).toBe(`${line}\n`)
    const errors = [...of.hosts.values()].some(({ status }) => status === 'unreachable')
      ? [error]
      : []
    expect(exitOf({ ...of, errors })).toBe(exit)
  })

  it('of a dry run', () => {
    expect(last(report({ lb1: 'changed' }, { begun: false }), true)).toBe(
      '3 would change, 0 failed · 1.3 s · nothing was changed\n',
    )
  })

  it('stands behind every failure, and no failure paints the screen', () => {
    expect(last(report({ lb1: 'failed' }, { errors: [error] }))).toBe(
      '✘ lb1: phase "a": b\\u001b[2J: exit 1.\n0 changed, 1 failed · 1.3 s · run again when it is mended\n',
    )
  })
})
