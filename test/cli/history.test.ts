import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { historyCommand } from '../../src/cli/history.ts'
import { openJournal, stateFolder, type Journal } from '../../src/cli/journal.ts'
import type { RunInfo } from '../../src/engine/lock.ts'
import type { Report } from '../../src/engine/outcome.ts'
import type { Survey } from '../../src/engine/survey.ts'
import { LbprovError, ReachError } from '../../src/errors.ts'
import { sh } from '../../src/sh/sh.ts'
import { makeWorld } from '../deploy/site.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lbprov-history-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const runOf = (letter: string, since: string, cluster = 'web'): RunInfo => ({
  id: letter.repeat(16),
  who: 'ops@laptop',
  controller: undefined,
  pid: 1,
  started: '1',
  since: Date.parse(since),
  cluster,
  version: '1.2.3',
  isOver: () => false,
})

const open = (run: RunInfo, env: Readonly<Record<string, string>> = {}): Journal =>
  openJournal(
    { home, env },
    {
      run,
      inventory: 'web.yaml',
      digest: 'abc',
      command: 'apply',
      skipped: { hosts: [], phases: [] },
    },
  )

const change = (what: string, before: string | undefined, after: string | undefined) => ({
  ...{ what, before, after, resource: what, run: sh`true` },
})
const host = (name: string, ...changes: readonly ReturnType<typeof change>[]) => ({
  ...{ host: name, changes, unchanged: 0, left: [] },
})
const found: Survey = {
  reached: new Map(),
  lost: new Map(),
  phases: [],
  peers: { found: new Map(), desired: new Map(), silent: new Set(), why: new Map() },
  found: new Map(),
  plan: {
    phases: [
      {
        ...{ name: 'kernel', serial: undefined, needs: [] },
        hosts: [host('lb1', change('net.ipv4.ip_forward, live', '0', '1')), host('lb2')],
      },
      {
        ...{ name: 'balance', serial: 1, needs: [] },
        hosts: [host('lb1', change('/etc/keepalived/keepalived.conf', 'a\nb\n', 'c\n'))],
      },
    ],
  },
}
const kernelDone = {
  type: 'outcome',
  phase: 'kernel',
  host: 'lb1',
  outcome: { kind: 'changed', changes: 1 },
} as const
const report = (error?: LbprovError): Report => ({
  hosts: new Map([
    ['lb1', { status: error === undefined ? 'changed' : 'rolled-back', changed: 1, unchanged: 0 }],
  ]),
  errors: error === undefined ? [] : [{ host: 'lb1', error }],
  interrupted: false,
  begun: true,
})

const history = (inventory?: string, run?: string) => {
  const said = { out: '', err: '' }
  const world = makeWorld(home, said)
  try {
    const exit = historyCommand(inventory, run === undefined ? {} : { run }, world)
    return { exit, ...said }
  } catch (error) {
    if (!(error instanceof LbprovError)) throw error
    return { exit: error.exit, out: said.out, err: error.message }
  }
}

const fileOf = (cluster: string, n = 0): string => {
  const folder = join(home, '.local/state/lbprov', cluster)
  return join(folder, readdirSync(folder).sort()[n] ?? '')
}

describe('a journal', () => {
  it('is written as things happen, for its owner alone, and holds what was known when the run was killed', () => {
    const journal = open(runOf('a', '2026-11-21T18:05:33.123Z'))
    journal.plan(found)
    journal.tell(kernelDone)
    const file = fileOf('web')
    expect(file).toMatch(/\/2026-11-21T18-05-33Z-a{16}\.jsonl$/)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700)
    const lines = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((each) => (JSON.parse(each) as { readonly type: string }).type)
    expect(lines).toEqual(['run', 'change', 'change', 'outcome'])
    expect(journal.warning).toBeUndefined()
    expect(history().out).toMatchInlineSnapshot(`
      "when                  run               who         cluster  command  changed  result
      2026-11-21 18:05:33Z  aaaaaaaaaaaaaaaa  ops@laptop  web      apply    lb1 1    did not end
      "
    `)
    expect(history(undefined, 'a').out).toMatchInlineSnapshot(`
      "run aaaaaaaaaaaaaaaa of ops@laptop, 2026-11-21 18:05:33Z
      lbprov 1.2.3 apply web.yaml: did not end
      lb1
        kernel: 1 changed, proved
          net.ipv4.ip_forward, live: 0 → 1
        balance: planned; how far it got is not known
          /etc/keepalived/keepalived.conf
      "
    `)
  })

  it.each([
    [
      'a file in its way',
      'a part of the path is a file',
      (): void => {
        mkdirSync(join(home, '.local'))
        writeFileSync(join(home, '.local/state'), '')
      },
    ],
    [
      'its own name taken',
      'a part of the path is a file',
      (): void => {
        open(runOf('a', '2026-11-21T18:05:33Z'))
      },
    ],
  ])('that has %s is a warning, and stops nothing', (_, why, block) => {
    block()
    const journal = open(runOf('a', '2026-11-21T18:05:33Z'))
    journal.plan(found)
    journal.tell(kernelDone)
    journal.end(report(), 0, 1)
    expect(journal.warning).toMatch(
      /^The journal of this run cannot be written \(.*-a{16}\.jsonl: /,
    )
    expect(journal.warning).toContain(why)
    expect(journal.warning).toContain('the run goes on.')
  })

  it('stands where XDG says, unless that is no absolute path', () => {
    expect(stateFolder({ home: '/h', env: { XDG_STATE_HOME: '/var/x' } })).toBe('/var/x/lbprov')
    expect(stateFolder({ home: '/h', env: { XDG_STATE_HOME: 'x' } })).toBe('/h/.local/state/lbprov')
    expect(stateFolder({ home: '/h', env: {} })).toBe('/h/.local/state/lbprov')
  })
})

describe('history', () => {
  const ended = (run: RunInfo, exit: number, error?: LbprovError): void => {
    const journal = open(run)
    journal.plan(found)
    journal.tell(kernelDone)
    if (error !== undefined) {
      const outcome = { kind: 'rolled-back', error } as const
      journal.tell({ type: 'outcome', phase: 'balance', host: 'lb1', outcome })
    }
    journal.end(report(error), exit, 12.34)
  }

  it('lists the runs of all clusters, or of one, the newest first', () => {
    ended(runOf('a', '2026-11-20T09:00:00Z'), 0)
    ended(runOf('b', '2026-11-21T18:05:33Z', 'mail'), 130)
    ended(runOf('c', '2026-11-21T07:00:00Z'), 5, new ReachError('lb1', 'lost', 'lb1: gone'))
    expect(history().out).toMatchInlineSnapshot(`
      "when                  run               who         cluster  command  changed  result
      2026-11-21 18:05:33Z  bbbbbbbbbbbbbbbb  ops@laptop  mail     apply    lb1 1    interrupted
      2026-11-21 07:00:00Z  cccccccccccccccc  ops@laptop  web      apply    lb1 1    rolled back
      2026-11-20 09:00:00Z  aaaaaaaaaaaaaaaa  ops@laptop  web      apply    lb1 1    done
      "
    `)
    const inventory = join(home, 'web.yaml')
    writeFileSync(inventory, 'cluster: web\nwrong: [\u00e4]\n')
    expect(history(inventory).out.match(/[abc]{16}/g)).toEqual(['c'.repeat(16), 'a'.repeat(16)])
    expect(history(undefined, 'c').out).toMatchInlineSnapshot(`
      "run cccccccccccccccc of ops@laptop, 2026-11-21 07:00:00Z
      lbprov 1.2.3 apply web.yaml: rolled back, 12.3 s
      lb1
        kernel: 1 changed, proved
          net.ipv4.ip_forward, live: 0 → 1
        balance: lb1: gone
          /etc/keepalived/keepalived.conf
      "
    `)
  })

  it('says that there is nothing, that a run is not known, and that a word fits several', () => {
    expect(history()).toEqual({
      exit: 0,
      out: `No run has changed anything from here (${home}/.local/state/lbprov).\n`,
      err: '',
    })
    ended(runOf('a', '2026-11-20T09:00:00Z'), 0)
    ended({ ...runOf('a', '2026-11-20T09:00:01Z'), id: `${'a'.repeat(15)}b` }, 0)
    expect(history(undefined, 'x')).toMatchObject({
      exit: 2,
      err: '--run x: there is no such run; "lbprov history" lists them.',
    })
    expect(history(undefined, 'aaa')).toMatchObject({
      exit: 2,
      err: '--run aaa: several runs begin so; "lbprov history" lists them.',
    })
  })

  it('skips what it cannot read, and says so', () => {
    ended(runOf('a', '2026-11-20T09:00:00Z'), 0)
    ended(runOf('b', '2026-11-20T10:00:00Z'), 0)
    appendFileSync(fileOf('web', 0), '{"type":"outc')
    writeFileSync(fileOf('web', 1), 'nothing\n')
    const { out, err } = history()
    expect(
      out
        .split('\n')
        .slice(1)
        .map((each) => each.split(/ {2,}/)[1]),
    ).toEqual(['a'.repeat(16), undefined])
    expect(err.replaceAll(home, '')).toBe(
      `/.local/state/lbprov/web/2026-11-20T10-00-00Z-${'b'.repeat(16)}.jsonl: does not say whose run it was, so it is left out.
/.local/state/lbprov/web/2026-11-20T09-00-00Z-${'a'.repeat(16)}.jsonl: 1 line is not as lbprov writes them, and left out.
`,
    )
  })
})
