import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'

import { makeRun } from '../../src/cli/run-info.ts'
import { lockedSentence, readHolder, type Holder } from '../../src/engine/holder.ts'
import { lockAnswer, type RunInfo } from '../../src/engine/lock.ts'
import { AnswerError, LockedError } from '../../src/errors.ts'
import { pack, unpack, type Step } from '../../src/sh/frame.ts'
import { sh } from '../../src/sh/sh.ts'
import { feed, shells } from '../sh/shells.ts'

const folder = mkdtempSync(join(tmpdir(), 'lbprov-lock-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const mark = '0123456789abcdef0123456789abcdef'

describe.each(shells)('a descriptor that %s holds', (name, shell) => {
  const file = join(folder, name, 'deep', 'lock')
  const ask = (steps: readonly Step[]) => unpack(feed(shell, pack(steps, mark)), mark)
  const isOpen = sh`[ -e /proc/self/fd/9 ] && readlink /proc/self/fd/9`
  const shellHas = sh`readlink /proc/$$/fd/9`
  const hold = (run = sh`readlink /proc/self/fd/9`): Step => ({ run, holding: file })

  it('is the shell’s own and that step’s, and nobody else’s', () => {
    const answers = ask([{ run: shellHas }, hold(), { run: isOpen }, { run: shellHas }])
    expect(answers.map((answer) => [answer?.exit, answer?.out])).toEqual([
      [1, ''],
      [0, `${file}\n`],
      [1, ''],
      [0, `${file}\n`],
    ])
  })

  it('is closed again where the step fails', () => {
    const answers = ask([hold(sh`exit 7`), { run: shellHas }, hold(), hold(sh`if then`)])
    expect(answers.map((answer) => answer?.exit)).toEqual([7, 1, 0, 2])
  })

  it('does not end the shell where the file cannot be opened', () => {
    const [not, next] = ask([
      { run: sh`echo never`, holding: '/proc/nowhere/lock' },
      { run: sh`echo here` },
    ])
    expect([not?.exit, not?.out]).toEqual([1, ''])
    expect(not?.err).not.toBe('')
    expect(next?.out).toBe('here\n')
  })
})

const about = {
  who: 'ops@laptop',
  controller: '6e1f.pid:[4026531836]',
  pid: 4321,
  started: '77',
  since: '2026-11-21T14:03:12.000Z',
}
const held = (words: Partial<Record<'first' | 'run' | 'shell' | 'from' | 'json', string>> = {}) =>
  [
    words.first ?? '240 no 0',
    words.run ?? 'run 0123456789abcdef',
    words.shell ?? 'shell 812',
    words.from ?? 'from 198.51.100.7 51234 kernel',
    words.json ?? JSON.stringify(about),
    '',
  ].join('\n')

describe('what a host says of the holder', () => {
  it('is read', () => {
    expect(readHolder(held())).toEqual({
      ...about,
      run: '0123456789abcdef',
      shell: 812,
      from: '198.51.100.7',
      answers: true,
      age: 240,
      quiet: 0,
      busy: false,
    })
    expect(readHolder(held({ from: 'from - - pipe', first: '-3 yes 90' }))).toMatchObject({
      from: undefined,
      answers: false,
      age: 0,
      quiet: 90,
      busy: true,
    })
  })

  it.each([
    [''],
    ['240 no 0\n'],
    [held({ first: '240 no' })],
    [held({ from: 'from 198.51.100.7 51234' })],
    [held({ run: 'run me' })],
    [held({ json: '{}' })],
    [held({ json: JSON.stringify({ ...about, who: 'a\u001b[2Jb' }) })],
    [held({ json: JSON.stringify({ ...about, who: 'x'.repeat(201) }) })],
    [held({ json: JSON.stringify({ ...about, more: 1 }) })],
    [held({ json: JSON.stringify({ ...about, pid: '1' }) })],
    [`${held()}more\n`],
  ])('is nothing where lbprov would not say it so: %j', (text) => {
    expect(readHolder(text)).toBeUndefined()
  })

  it('never brings more than printable words', () => {
    const text = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(text, text, text, (who, from, started) => {
        const said = held({
          from: `from ${from} 1 ssh`,
          json: JSON.stringify({ ...about, who, started }),
        })
        const answer = { exit: 4, out: said, err: '' }
        let message = ''
        try {
          lockAnswer('lb1', answer)
        } catch (error) {
          if (!(error instanceof LockedError)) throw error
          message = error.message
        }
        expect(message).toMatch(/^lb1: [ -~]+$/)
      }),
    )
  })
})

describe('the second run is told', () => {
  const holder = readHolder(held())
  const now = new Date(2026, 10, 21, 14, 7, 12)
  const told = (change: Partial<Holder>): string =>
    lockedSentence('lb1', holder === undefined ? undefined : { ...holder, ...change }, now)

  it('who is at work, from where, since when, and what to do', () => {
    expect(told({})).toBe(
      'lb1: ops@laptop (198.51.100.7) has been at work here since 14:03:12, 4 minutes ago; wait until that run ends, or stop it there, and run again.',
    )
  })
  it('without what is not known', () => {
    expect(told({ from: undefined, age: 1 })).toBe(
      'lb1: ops@laptop has been at work here since 14:07:11, 1 second ago; wait until that run ends, or stop it there, and run again.',
    )
    expect(lockedSentence('lb1', undefined, now)).toBe(
      'lb1: another run of lbprov is at work here, and it does not say whose; wait until it ends, and run again.',
    )
  })
  it('the day, when it is another', () => {
    expect(told({ age: 26 * 3600 })).toContain('since 2026-11-20 12:07:12, 26 hours ago')
  })
  it('that a run says nothing, and why that may be', () => {
    const begins =
      'lb1: ops@laptop (198.51.100.7) has been at work here since 14:03:12, 4 minutes ago; wait until that run ends, or stop it there, and run again.'
    expect(told({ quiet: 29 })).toBe(begins)
    expect(told({ quiet: 125 })).toBe(
      `${begins} It has said nothing for 2 minutes, but its machine answers: it may be stopped there (Ctrl-Z, a debugger); let it go on.`,
    )
    expect(told({ quiet: 125, answers: false })).toBe(
      `${begins} It has said nothing for 2 minutes; after 10 minutes of silence it counts as dead, and the lock is free. If you know that it is dead, "kill 812" as root there frees the lock at once.`,
    )
  })
  it('that a dead run’s command still runs', () => {
    expect(told({ busy: true })).toBe(
      'lb1: a run of ops@laptop (198.51.100.7) has been at work here since 14:03:12, 4 minutes ago; it is gone, but a command of it still runs here. Wait until that has ended, and run again.',
    )
  })
  it('that a host cannot be locked at all', () => {
    const answer = { exit: 1, out: '', err: 'mkdir: cannot create: No space left on device\n' }
    expect(() => lockAnswer('lb1', answer)).toThrow(AnswerError)
    expect(() => lockAnswer('lb1', answer)).toThrow('No space left on device')
  })
})

describe('a run knows which of its own machine’s runs are over', () => {
  const run = makeRun('web', '1.0.0')
  const holderOf = ({ who, controller, pid, started }: RunInfo): Holder => ({
    ...{ who, controller, pid, started },
    ...{ since: about.since, run: 'f'.repeat(16), shell: 812, from: undefined, answers: false },
    ...{ age: 1, quiet: 0, busy: false },
  })
  const mine = holderOf(run)

  it('and tells nobody else’s', () => {
    expect(run.id).toMatch(/^[0-9a-f]{16}$/)
    expect(run.isOver(mine)).toBe(false)
    // Its number was given to another process.
    expect(run.isOver({ ...mine, started: '1' })).toBe(true)
    // There is no such process: the number is beyond what Linux gives.
    expect(run.isOver({ ...mine, pid: 2 ** 30 })).toBe(true)
    expect(run.isOver({ ...mine, pid: 2 ** 30, controller: 'another.machine' })).toBe(false)
    expect(run.isOver({ ...mine, pid: 2 ** 30, controller: undefined })).toBe(false)
  })
})
