import { describe, expect, it } from 'vitest'

import type { Answer } from '../../../src/sh/answer.ts'
import { sh, type Sh } from '../../../src/sh/sh.ts'
import { both, local, open, remotes } from './wires.ts'

const hosts = await both({ name: 'lb1' })
const wires = [
  ...remotes.map(({ name, transport, server }) => ({
    name,
    wish: { ...hosts[server].ssh, transport },
  })),
  { name: 'local', wish: local },
]

/** Every byte once, in order, and no newline behind it. */
const everyByte = sh`i=0; while [ $i -lt 256 ]; do printf "\\\$(printf %o $i)"; i=$((i + 1)); done`

describe.each(wires)('$name', ({ wish }) => {
  const one = async (run: Sh): Promise<Answer | undefined> => {
    const wire = await open(wish)
    try {
      return (await wire.trip([{ run }], 60_000))[0]
    } finally {
      wire.close()
    }
  }

  it('answers step by step, and the shell lives on', async () => {
    const wire = await open(wish)
    const steps = [
      { run: sh`echo one; echo two >&2; exit 3` },
      { run: sh`false`, chained: true },
      { run: sh`echo never`, chained: true },
      { run: sh`if then` },
      { run: sh`printf 'grüße\n'` },
    ]
    const [first, second, third, wrong, last] = await wire.trip(steps, 60_000)
    expect([first, second, third]).toEqual([
      { exit: 3, out: 'one\n', err: 'two\n' },
      { exit: 1, out: '', err: '' },
      undefined,
    ])
    expect(wrong?.exit).not.toBe(0)
    expect(last).toEqual({ exit: 0, out: 'grüße\n', err: '' })
    expect(await wire.trip([], 60_000)).toEqual([])
    expect(await wire.trip([{ run: sh`echo again` }], 60_000)).toEqual([
      { exit: 0, out: 'again\n', err: '' },
    ])
    wire.close()
  })

  it('gives a step that reads its stdin nothing to read', async () => {
    const wire = await open(wish)
    const steps = [{ run: sh`cat; read -r line || echo empty` }, { run: sh`echo next` }]
    const answers = await wire.trip(steps, 60_000)
    expect(answers.map((answer) => answer?.out)).toEqual(['empty\n', 'next\n'])
    wire.close()
  })

  it('keeps trips in their order', async () => {
    const wire = await open(wish)
    const trips = [1, 2, 3, 4, 5].map((n) => wire.trip([{ run: sh`echo ${n}` }], 60_000))
    const answers = await Promise.all(trips)
    expect(answers.map(([answer]) => answer?.out)).toEqual(['1\n', '2\n', '3\n', '4\n', '5\n'])
    wire.close()
  })

  it('brings every exit code', async () => {
    const wire = await open(wish)
    const codes = Array.from({ length: 256 }, (_, code) => code)
    const answers = await wire.trip(
      codes.map((code) => ({ run: sh`exit ${code}` })),
      60_000,
    )
    expect(answers.map((answer) => answer?.exit)).toEqual(codes)
    wire.close()
  })

  it('says of a step that was killed by what', async () => {
    expect(await one(sh`sh -c 'kill -9 $$'`)).toMatchObject({ exit: 128 + 9 })
    expect(await one(sh`sh -c 'kill -TERM $$'`)).toMatchObject({ exit: 128 + 15 })
  })

  it('brings 100 MB', async () => {
    const answer = await one(
      sh`head -c 100000000 /dev/zero | tr '\0' x; head -c 1000000 /dev/zero | tr '\0' y >&2`,
    )
    expect(answer?.out.length).toBe(100_000_000)
    expect(answer?.err.length).toBe(1_000_000)
    expect(/[^x]/.test(answer?.out ?? '')).toBe(false)
  }, 120_000)

  it('brings 10,000 lines of complaints between 10,000 others', async () => {
    const answer = await one(
      sh`i=0; while [ $i -lt 10000 ]; do i=$((i + 1)); echo "out $i"; echo "err $i" >&2; done`,
    )
    const lines = (word: string): string =>
      Array.from({ length: 10_000 }, (_, n) => `${word} ${String(n + 1)}\n`).join('')
    expect(answer?.out === lines('out')).toBe(true)
    expect(answer?.err === lines('err')).toBe(true)
  })

  it('brings every byte, and what is no text as U+FFFD', async () => {
    // No shell can hold a NUL, so it is as little text as half a letter.
    const ascii = Array.from({ length: 128 }, (_, n) => String.fromCharCode(n || 0xfffd)).join('')
    const all = Buffer.from(Uint8Array.from({ length: 256 }, (_, n) => n)).toString()
    const answer = await one(everyByte)
    // A byte above 0x7f may come as one mark or share one with its neighbours; none is lost or becomes a letter.
    expect(answer?.out).toBe(all.replace('\0', '\ufffd'))
    expect(answer?.out.startsWith(ascii)).toBe(true)
    expect(await one(sh`printf '\303'; sleep 0.05; printf '\274'`)).toMatchObject({ out: 'ü' })
  })

  it('brings terminal sequences as they are, for others to tame', async () => {
    const answer = await one(sh`printf '\033[2J\r\nx\b\177'; printf '\033]0;title\007' >&2`)
    expect(answer).toEqual({ exit: 0, out: '\x1b[2J\r\nx\b\x7f', err: '\x1b]0;title\x07' })
  })

  it('takes a script of a megabyte, with any byte but NUL in a word', async () => {
    const text = `'"$(echo no)\`echo no\`\\ \t\n!~*?{a,b}ü€😀${'word '.repeat(200_000)}`
    const answer = await one(sh`printf %s ${text} | cksum; printf %s ${text} | wc -c`)
    expect(answer?.out.split('\n')[1]?.trim()).toBe(String(Buffer.byteLength(text)))
    const echoed = await one(sh`printf %s ${text.slice(0, 100)}`)
    expect(echoed?.out).toBe(text.slice(0, 100))
  })

  it('has no terminal, and C for its language', async () => {
    const answer = await one(sh`tty; echo "$LC_ALL"; pwd; umask; case $- in *i*) echo i ;; esac`)
    expect(answer?.out).toBe('not a tty\nC\n/\n0022\n')
  })
})
