import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'

import { endMark, pack, stepsEnded, unpack, type Step } from '../../src/sh/frame.ts'
import { sh } from '../../src/sh/sh.ts'
import { feed, shells } from './shells.ts'

const mark = '0123456789abcdef0123456789abcdef'
const folder = mkdtempSync(join(tmpdir(), 'lbprov-frame-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(shells)('in %s', (name, shell) => {
  const ask = (steps: readonly Step[]) => unpack(feed(shell, pack(steps, mark)), mark)
  const out = (text: string) => ({ exit: 0, out: text, err: '' })

  it('each step has its own answer', () => {
    const answers = ask([
      { run: sh`echo one` },
      { run: sh`echo two >&2; exit 7` },
      { run: sh`` },
      { run: sh`printf 'no end'; printf 'nor here' >&2` },
    ])
    expect(answers).toEqual([
      out('one\n'),
      { exit: 7, out: '', err: 'two\n' },
      out(''),
      { exit: 0, out: 'no end', err: 'nor here' },
    ])
  })

  it('many questions in a row are answered as a few are, whatever stands between them', () => {
    const few: readonly Step[] = [
      { run: sh`echo one` },
      { run: sh`echo two >&2; exit 7` },
      { run: sh`printf 'no end'; printf 'nor here' >&2` },
      { run: sh`cat; exit 3` },
    ]
    const asked = Array.from({ length: 5 }, () => few).flat()
    const change: Step = { run: sh`echo changed`, chained: true }
    const alone = ask(few)
    const all = Array.from({ length: 5 }, () => alone).flat()
    expect(alone.map((answer) => answer?.exit)).toEqual([0, 7, 0, 3])
    expect(ask([...asked, change, ...asked])).toEqual([...all, out('changed\n'), ...all])
  })

  it('many questions keep no lock that a step before them took', () => {
    const lock = join(folder, `${name}-lock`)
    const held = { run: sh`flock -n 9`, holding: lock }
    const asked = Array.from({ length: 9 }, () => ({
      run: sh`ls -l /proc/self/fd "/proc/$$/fd" | grep -c ${lock}`,
    }))
    const [taken, ...others] = ask([held, ...asked])
    expect(taken).toEqual(out(''))
    // The shell itself has it open, and nobody else.
    expect(others.map((answer) => answer?.out)).toEqual(asked.map(() => '1\n'))
  })

  it('what has come so far tells which step runs', () => {
    const script = pack(
      Array.from({ length: 9 }, (_, n) => ({ run: sh`echo ${n}` })),
      mark,
    )
    const { err } = feed(shell, script)
    const marks = [...err.matchAll(new RegExp(`\n${mark} 0\n`, 'g'))]
    expect(marks).toHaveLength(9)
    expect(stepsEnded('', mark)).toBe(0)
    for (const [n, { index }] of marks.entries()) {
      expect(stepsEnded(err.slice(0, index), mark)).toBe(n)
    }
  })

  it('no step silences the next', () => {
    const [broken, exits, eats, killed, traps, last] = ask([
      { run: sh`if then` },
      { run: sh`exit 3` },
      { run: sh`cat; read -r line` },
      { run: sh`kill -9 $(sh -c 'echo $PPID')` },
      { run: sh`trap 'echo bye' EXIT; set -e; false; echo never` },
      { run: sh`echo still here` },
    ])
    expect(broken?.exit).toBe(2)
    expect(broken?.err).toMatch(/syntax error/i)
    expect(exits).toEqual({ exit: 3, out: '', err: '' })
    expect(eats).toEqual({ exit: 1, out: '', err: '' })
    expect(killed?.exit).toBe(137)
    expect(traps).toEqual({ exit: 1, out: 'bye\n', err: '' })
    expect(last).toEqual(out('still here\n'))
  })

  it('no step changes what the next one finds', () => {
    const [, found] = ask([
      { run: sh`cd /tmp; x=1; PATH=/nonexistent; c=9 chain=9; umask 077; lbprov_mark() { :; }` },
      { run: sh`pwd; echo "[$x]"; umask; command -v sh >/dev/null && echo sh` },
    ])
    expect(found).toEqual(out('/\n[]\n0022\nsh\n'))
  })

  it('a chained step is not begun behind a failed one', () => {
    const answers = ask([
      { run: sh`echo 1`, chained: true },
      { run: sh`exit 4` },
      { run: sh`echo 2`, chained: true },
      { run: sh`exit 5`, chained: true },
      { run: sh`echo 3`, chained: true },
      { run: sh`echo 4` },
      { run: sh`echo 5`, chained: true },
    ])
    expect(answers).toEqual([
      out('1\n'),
      { exit: 4, out: '', err: '' },
      out('2\n'),
      { exit: 5, out: '', err: '' },
      undefined,
      out('4\n'),
      undefined,
    ])
  })

  it('an answer comes back byte for byte', () => {
    const text = fc.string({ unit: 'binary' }).filter((each) => !each.includes('\0'))
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 8 }), (texts) => {
        const steps = texts.map((each) => ({ run: sh`printf %s ${each}; printf %s ${each} >&2` }))
        expect(ask(steps)).toEqual(texts.map((each) => ({ exit: 0, out: each, err: each })))
      }),
      { numRuns: 40 },
    )
  })

  it('what the login shell says first, and what comes after the end, is no answer', () => {
    const { out: stdout, err } = feed(shell, pack([{ run: sh`echo 1` }], mark))
    const noisy = { out: `motd\nno end${stdout}behind\n`, err: `oops${err}` }
    expect(unpack(noisy, mark)).toEqual([out('1\n')])
  })

  it('answers that end early are known as far as they go', () => {
    const { out: stdout, err } = feed(
      shell,
      pack([{ run: sh`echo 1` }, { run: sh`echo 2` }, { run: sh`echo 3` }], mark),
    )
    for (let length = 0; length <= stdout.length; length += 1) {
      const answers = unpack({ out: stdout.slice(0, length), err }, mark)
      const whole = [out('1\n'), out('2\n'), out('3\n')].slice(0, answers.length)
      expect(answers.map((answer) => answer?.out)).toEqual(whole.map((answer) => answer.out))
      if (!stdout.slice(0, length).includes(endMark(mark))) continue
      expect(answers).toEqual(whole)
      expect(answers).toHaveLength(3)
    }
  })

  it('no part of a script runs when its end is missing', () => {
    const ran = join(folder, `${name}-ran`)
    const script = pack(
      [{ run: sh`echo ran >${ran}` }, { run: sh`echo 'it'\''s' >>${ran}`, chained: true }],
      mark,
    )
    // The last line is the call; without its newline the shell may take it at the end of its input.
    const call = script.lastIndexOf('lbprov')
    for (let length = 0; length < call + 'lbprov'.length; length += 1) {
      const said = feed(shell, script.slice(0, length))
      expect(said.out, `after ${String(length)} bytes`).toBe('')
      expect(existsSync(ran), `after ${String(length)} bytes`).toBe(false)
    }
    feed(shell, script)
    expect(existsSync(ran)).toBe(true)
  }, 60_000)
})
