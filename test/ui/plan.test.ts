import { describe, expect, it } from 'vitest'

import { Secret } from '../../src/secret.ts'
import { sh } from '../../src/sh/sh.ts'
import { makePaint } from '../../src/ui/paint.ts'
import { phaseColumn, showPlan } from '../../src/ui/plan.ts'
import { change, host, plain, plan, shown } from './plan-of.ts'

describe('a change', () => {
  it('of one value', () => {
    expect(
      shown(
        plan(
          host(
            'rs1',
            change('address on eth0, live', {
              after: '10.0.0.1/24',
              severs: true,
              undo: sh`:`,
            }),
            change('ip_forward, live', { before: '0', after: '1', note: 'for a while' }),
            change('route, live', { before: '10.0.0.9', after: undefined }),
            change('value, live', { before: '', after: '0' }),
          ),
        ),
      ),
    ).toMatchInlineSnapshot(`
      "
      rs1
        web       + address on eth0, live  10.0.0.1/24  (guarded: back in 60 s unless confirmed)
                  ~ ip_forward, live  0 → 1  (for a while)
                  - route, live  10.0.0.9 → removed
                  ~ value, live   → 0
      "
    `)
  })

  it('of a new file, a changed one, and one of which only the secret changes', () => {
    const lines = (n: number): string =>
      Array.from({ length: n }, (_, each) => `line ${String(each)}\n`).join('')
    expect(
      shown(
        plan(
          host(
            'rs1',
            change('/etc/new', { text: true, after: 'a\nb\n' }),
            change('/etc/empty', { text: true, after: '' }),
            change('/etc/changed', {
              text: true,
              before: lines(20),
              after: lines(20).replace('line 9\n', 'line nine\n'),
            }),
            change('/etc/end', { text: true, before: 'a', after: 'a\n', note: 'mode 0600 → 0644' }),
            change('/etc/secret', {
              text: true,
              before: 'pass •••\n',
              after: 'pass •••\n',
              note: 'the secret in it changes',
            }),
          ),
        ),
      ),
    ).toMatchInlineSnapshot(`
      "
      rs1
        web       + /etc/new
                      +a
                      +b
                  + /etc/empty
                  ~ /etc/changed
                      @@ -7,7 +7,7 @@
                       line 6
                       line 7
                       line 8
                      -line 9
                      +line nine
                       line 10
                       line 11
                       line 12
                  ~ /etc/end  (mode 0600 → 0644)
                      @@ -1,1 +1,1 @@
                      -a
                      \\ No newline at end of file
                      +a
                  ~ /etc/secret  (the secret in it changes)
      "
    `)
  })

  it('with its command, when asked for, and no secret in it', () => {
    const run = sh`printf %s ${new Secret('passw123')} > ${'/etc/a b'}
sync`
    expect(shown(plan(host('rs1', change('/etc/a b', { run }))), true)).toMatchInlineSnapshot(`
      "
      rs1
        web       + /etc/a b  there
                      $ printf %s '•••' > '/etc/a b'
                      $ sync
      "
    `)
  })
})

describe('a host’s own words', () => {
  it('cannot paint the screen', () => {
    const evil = '\u001b[2J\u001b]0;title\u0007\r\u202egnp.exe\u009b31m'
    const text = shown(
      plan(
        host(
          'rs1',
          change(`file ${evil}`, { before: evil, after: 'x', note: evil }),
          change('/etc/motd', { text: true, before: `${evil}\nb\n`, after: 'a\n' }),
          change('c', { run: sh`echo ${evil}` }),
        ),
      ),
      true,
    )
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    expect(text).toContain('\\u001b[2J')
    const two = shown(plan(host('rs1', change('a', { before: 'x\nrs9', after: 'y' }))))
    expect(two).toContain('~ a  x\\nrs9 → y')
  })
})

describe('colour', () => {
  it('is there only where it is welcome', () => {
    const some = plan(host('rs1', change('/etc/new', { text: true, after: 'a\n' })))
    expect(showPlan(some, plain, true)).not.toMatch(/\u001b/)
    expect(showPlan(some, makePaint(true), false)).toContain('\u001b[32m+a\u001b[39m')
  })
})

it('a blank stands behind a phase, however long its name', () => {
  const long = { serial: undefined, needs: [], absent: [] }
  const phases = ['nine_long', 'stand_down', 'real_servers'].map((name) => ({
    ...long,
    name,
    hosts: [host('rs1', change('one, live'), change('two, live'))],
  }))
  expect(shown({ phases })).toMatchInlineSnapshot(`
    "
    rs1
      nine_long + one, live  there
                + two, live  there
      stand_down + one, live  there
                 + two, live  there
      real_servers + one, live  there
                   + two, live  there
    "
  `)
  for (const { name } of phases) expect(phaseColumn(name)).toMatch(/^\w+ +$/)
})
