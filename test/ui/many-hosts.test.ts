import { describe, expect, it } from 'vitest'

import type { Outcome } from '../../src/engine/outcome.ts'
import type { HostPlan, Plan } from '../../src/engine/plan.ts'
import type { Survey } from '../../src/engine/survey.ts'
import { ChangeError, type LbprovError } from '../../src/errors.ts'
import { foldedNames } from '../../src/printable.ts'
import { lineScreen } from '../../src/ui/line-screen.ts'
import { showErrors } from '../../src/ui/report.ts'
import { change, host, plain, plan, shown } from './plan-of.ts'

const servers = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `rs${String(n + 1)}`)

const fresh = (name: string, n: number, file = ''): HostPlan => {
  const address = `10.20.${String(n >> 8)}.${String(n & 255)}`
  return host(
    name,
    change('address on eth0, live', { resource: 'address eth0', after: `${address}/16` }),
    change('/etc/lbprov-eth0', {
      resource: 'file /etc/lbprov-eth0',
      text: true,
      after: `auto eth0\naddress ${address}/16\n${file}`,
    }),
  )
}

describe('many hosts whose changes are alike', () => {
  const all = servers(1000)

  it('are shown by the first, and named', () => {
    expect(shown(plan(...all.map((name, n) => fresh(name, n + 1))))).toMatchInlineSnapshot(`
      "
      rs1
        web       + address on eth0, live  10.20.0.1/16
                  + /etc/lbprov-eth0
                      +auto eth0
                      +address 10.20.0.1/16
      rs2 … rs1000 (999 hosts) · the same 2 changes each, with addresses of their own; --verbose shows every one
      "
    `)
  })

  it('are all shown with --verbose', () => {
    const text = shown(plan(...all.map((name, n) => fresh(name, n + 1))), true)
    expect(text.match(/^rs\d+$/gm)).toHaveLength(1000)
    expect(text).not.toContain('the same')
  })

  it('are not joined by one that differs in anything but addresses', () => {
    const odd = (name: string, n: number): HostPlan =>
      fresh(name, n + 1, name === 'rs500' ? 'mtu 9000\n' : '')
    const text = shown(plan(...all.map(odd)))
    expect(text).toContain('rs2 … rs499, rs501 … rs1000 (998 hosts) · the same 2 changes each')
    expect(text).toMatch(/^rs500\n(?: .*\n)*.*\+mtu 9000$/m)
  })

  it('are shown one by one while they are few', () => {
    const text = shown(plan(...servers(8).map((name, n) => fresh(name, n + 1))))
    expect(text.match(/^rs\d+$/gm)).toHaveLength(8)
    expect(text).not.toContain('the same')
  })

  it('in a serial phase keep their order', () => {
    const { phases } = plan(...servers(30).map((name) => host(name, change('a'))))
    const serial: Plan = { phases: phases.map((phase) => ({ ...phase, serial: 1 })) }
    expect(shown(serial)).toMatchInlineSnapshot(`
      "
      rs1 … rs30 (30 hosts), one after the other
        web       + a  there
      "
    `)
  })

  it('with nothing to do are one line', () => {
    expect(shown(plan(host('lb1'), host('lb2'), ...all.map((name) => host(name))))).toBe(
      '\nlb1, lb2, rs1 … rs1000 · nothing to do\n',
    )
  })

  it('keep the same things for one reason', () => {
    const left = all.map((name) => ({ ...host(name), left: ['/etc/motd was edited'] }))
    expect(shown(plan(...left))).toContain('\nrs1 … rs1000 · /etc/motd was edited\n')
  })
})

it('a long new file is shown by its beginning, and by --verbose as a whole', () => {
  const after = Array.from({ length: 5000 }, (_, n) => `line ${String(n)}\n`).join('')
  const long = plan(host('lb1', change('/etc/long', { text: true, after })))
  expect(shown(long)).toMatch(/\+line 199\n +… 4,800 more lines; --verbose shows all\n$/)
  expect(shown(long, true)).toContain('+line 4999\n')
})

describe('names', () => {
  it('that follow each other are a run, once they are many', () => {
    expect(foldedNames(servers(8))).toBe('rs1, rs2, rs3, rs4, rs5, rs6, rs7, rs8')
    expect(foldedNames(['lb1', 'lb2', ...servers(9), 'db'])).toBe('lb1, lb2, rs1 … rs9, db')
    expect(foldedNames(['w-08', 'w-09', 'w-10', 'w-11', ...servers(5)])).toBe(
      'w-08 … w-11, rs1 … rs5',
    )
  })

  it('that do not are counted from some on, but where none may be left out', () => {
    const odd = servers(40).filter((_, n) => n % 2 === 0)
    expect(foldedNames(odd)).toBe('rs1, rs3, rs5, rs7, rs9, rs11, rs13, and 13 more')
    expect(foldedNames(odd, 'all').split(', ')).toEqual(odd)
  })
})

describe('many hosts that failed', () => {
  const errors = servers(100).map((name, n) => ({
    host: name,
    error: new ChangeError(`${name}: no answer from 10.20.0.${String(n)}.`),
  }))

  it('alike are all named, under the first one’s sentence', () => {
    expect(`\n${showErrors(errors, plain, false)}`).toMatchInlineSnapshot(`
      "
      ✘ rs1: no answer from 10.20.0.0.
        rs2 … rs100 (99 hosts): the same of each; --verbose shows every one
      "
    `)
    expect(showErrors(errors, plain, true).split('✘')).toHaveLength(101)
  })

  it('otherwise have sentences of their own', () => {
    const one = { host: 'lb1', error: new ChangeError('lb1: the disk is full.') }
    expect(showErrors([...errors, one], plain, false)).toContain('✘ lb1: the disk is full.\n')
  })
})

describe('progress on many hosts', () => {
  const told = (count: number, outcomes: (name: string) => Outcome, verbose = false): string => {
    let text = '\n'
    const terminal = {
      out: (some: string) => void (text += some),
      err: () => undefined,
      interactive: false,
      drawn: false,
      colour: false,
      ask: () => Promise.resolve(''),
    }
    const skipped = { hosts: [], phases: [] }
    const screen = lineScreen(terminal, { title: 'web', verbose, dryRun: false, skipped })
    const hosts = servers(count)
    const found = plan(...hosts.map((name) => host(name, change('a'))))
    screen.begin({ plan: found } as Partial<Survey> as Survey)
    screen.tell({ type: 'phase', phase: 'web', hosts })
    for (const name of hosts) {
      screen.tell({ type: 'began', phase: 'web', host: name })
      screen.tell({ type: 'outcome', phase: 'web', host: name, outcome: outcomes(name) })
    }
    return text
  }
  const error: LbprovError = new ChangeError('no')
  const mixed = (name: string): Outcome =>
    name === 'rs3' || name === 'rs777'
      ? { kind: 'failed', changes: 0, error }
      : name > 'rs9'
        ? { kind: 'not-begun', because: 'rs3 failed' }
        : { kind: 'changed', changes: 2 }

  it('is a line for each while they are few', () => {
    expect(told(20, mixed).split('\n')).toHaveLength(42)
  })

  it('is told of the phase as a whole, with the name of each that failed', () => {
    expect(told(1000, mixed)).toMatchInlineSnapshot(`
      "
        web       1,000 hosts …
      ✔ web       888 hosts  1,776 changed, proved
      ✘ web       rs3, rs777  failed
      ✘ web       rs90 … rs99, rs900 … rs999  not begun: rs3 failed
      "
    `)
  })

  it('is a line for each with --verbose', () => {
    expect(told(1000, mixed, true).split('\n')).toHaveLength(2002)
  })
})
