import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { readHolder } from '../../src/engine/holder.ts'
import { liveness } from '../../src/engine/liveness.ts'
import { lockAnswer, lockStep, settleLock, type RunInfo } from '../../src/engine/lock.ts'
import type { Wire } from '../../src/engine/wire.ts'
import { LockedError } from '../../src/errors.ts'
import type { Answer } from '../../src/sh/answer.ts'
import { endMark, pack, unpack, type Step, type Witness } from '../../src/sh/frame.ts'
import { sh } from '../../src/sh/sh.ts'
import { makeDial } from '../../src/ssh/dial.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { makeRun } from './runs.ts'

let toy: Toy
beforeAll(async () => {
  toy = await toyHost({ name: 'lb1' })
})
afterAll(() => toy.close())

const a = makeRun('a')
const b = makeRun('b')

const dial = (): Promise<Wire> =>
  makeDial(() => toy.ssh, undefined, { home: '/nonexistent' })('lb1')
const trip = async (
  wire: Wire,
  ...steps: readonly Step[]
): Promise<readonly (Answer | undefined)[]> => wire.trip(steps, 20_000)
const first = async (wire: Wire, step: Step): Promise<Answer | undefined> =>
  (await trip(wire, step))[0]
const script = (text: string): string => toy.run(['sh', '-c', text]).out.trim()

const appears = async (path: string): Promise<void> => {
  while (!existsSync(`/proc/${String(toy.pid)}/root${path}`)) await wait(10)
}

/** The lock, wanted by `run` over a wire of its own that is closed again at once. */
const wanted = async (
  run: RunInfo,
  seconds = 0,
  limits = liveness,
): Promise<Answer | undefined> => {
  const wire = await dial()
  const answer = await first(wire, lockStep(run, seconds, undefined, limits))
  wire.close()
  return answer
}

describe('a locked host', () => {
  it('is locked for others until the wire is gone, and free at once then', async () => {
    const wire = await dial()
    expect((await first(wire, lockStep(a, 0)))?.exit).toBe(0)
    const refused = await wanted(b)
    expect(() => lockAnswer('lb1', refused)).toThrow(LockedError)
    expect(() => lockAnswer('lb1', refused)).toThrow(
      /^lb1: a@controller has been at work here since /,
    )
    expect(readHolder(refused?.out ?? '')).toMatchObject({ run: a.id, busy: false })
    const next = wanted(b, 10)
    wire.close()
    expect((await next)?.exit).toBe(0)
  })

  it('is not kept by what its steps leave behind', async () => {
    const wire = await dial()
    const [, left] = await trip(wire, lockStep(a, 0), {
      run: sh`sleep 1000 </dev/null >/dev/null 2>&1 & echo $!`,
    })
    wire.close()
    expect((await wanted(b, 10))?.exit).toBe(0)
    const pid = left?.out.trim() ?? ''
    expect(script(`kill -0 ${pid} && kill ${pid} && echo there`)).toBe('there')
  })

  it('is handed on to another wire of the same run', async () => {
    const [old, anew] = [await dial(), await dial()]
    expect((await first(old, lockStep(a, 0)))?.exit).toBe(0)
    expect((await first(anew, lockStep(a, 0)))?.exit).toBe(0)
    old.close()
    expect((await wanted(b))?.exit).toBe(4)
    anew.close()
  })

  it('stays locked when the shell of the run that asks is the one that holds it', async () => {
    const wire = await dial()
    const answers = await trip(wire, lockStep(a, 0), lockStep(a, 0), { run: sh`echo alive` })
    expect(answers.map((answer) => answer?.exit)).toEqual([0, 0, 0])
    wire.close()
  })

  it('is taken from a dead run of the same controller, when nothing of it runs any more', async () => {
    const [dead, wire] = [await dial(), await dial()]
    expect((await first(dead, lockStep(a, 0)))?.exit).toBe(0)
    const answer = await first(wire, lockStep(b, 0))
    expect(answer?.exit).toBe(4)
    await expect(settleLock('lb1', wire, b, answer, 20_000)).rejects.toThrow(LockedError)

    // Its last command still runs: killing the shell would only hide it.
    const running = trip(dead, { run: sh`: >/tmp/runs; until [ -e /tmp/go ]; do sleep 0.1; done` })
    await appears('/tmp/runs')
    const sure = makeRun('b', true)
    await expect(settleLock('lb1', wire, sure, answer, 20_000)).rejects.toThrow(
      'it is gone, but a command of it still runs here',
    )
    script(': >/tmp/go')
    await running

    await settleLock('lb1', wire, sure, answer, 20_000)
    expect((await wanted(a))?.exit).toBe(4)
    wire.close()
    dead.close()
  })

  it('says so where there is no flock', async () => {
    const wire = await dial()
    const [answer] = await trip(wire, {
      ...lockStep(a, 0),
      run: sh`PATH=/nowhere; ${lockStep(a, 0).run}`,
    })
    expect(() => lockAnswer('lb1', answer)).toThrow('there is no flock(1)')
    // And nothing is held.
    expect((await wanted(b))?.exit).toBe(0)
    wire.close()
  })
})

/** A shell in the toy that came from somewhere, under sudo as on a host where lbprov is not root. */
const shellFrom = (connection: string, witness: Witness = 'ssh') => {
  const child = spawn(
    'nsenter',
    [
      ...['-t', String(toy.pid), '-m', '-u', '-n', '-p', '--'],
      ...['env', `SSH_CONNECTION=${connection}`, 'sudo', '-n', '--', 'sh'],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  )
  const mark = '00112233445566778899aabbccddeeff'
  const said = { out: '', err: '' }
  const ended = once(child, 'exit')
  child.stdin.on('error', () => undefined)
  child.stderr.on('data', (bytes: Buffer) => (said.err += bytes.toString()))
  return {
    ask: async (step: Step): Promise<Answer | undefined> => {
      said.out = said.err = ''
      child.stdin.write(pack([step], mark, witness))
      while (!said.out.includes(endMark(mark))) {
        const [bytes] = (await once(child.stdout, 'data')) as [Buffer]
        said.out += bytes.toString()
      }
      return unpack(said, mark)[0]
    },
    end: async () => {
      child.stdin.end()
      await ended
    },
  }
}

/** What ss of iproute2 says of connections, shortened, with the numbers of one of them. */
const sockets = (received: number, acknowledged: number, segments: string): string => `\
State Recv-Q Send-Q Local Address:Port  Peer Address:Port Process
ESTAB 0      0          127.0.0.1:37180    127.0.0.1:8080
\t cubic wscale:10,10 rto:200 rtt:0.01/0.005 mss:65483 segs_out:4 segs_in:9 lastsnd:900000 lastrcv:900000 lastack:900000
ESTAB 0      0      [::ffff:10.0.0.5]:22    [::ffff:198.51.100.7]:51234
\t cubic wscale:7,7 rto:204 rtt:0.3/0.1 ato:40 ${segments} lastsnd:${String(received)} lastrcv:${String(received)} lastack:${String(acknowledged)} minrtt:0.2
ESTAB 0      0           10.0.0.5:22     198.51.100.8:51234
\t cubic wscale:7,7 rto:204 rtt:0.3/0.1 ato:40 lastsnd:1 minrtt:0.2
`

/** The kernel says this of the connections of the toy; N is another number each time. */
const says = (text: string): void => {
  toy.write('/tmp/ss.txt', text)
  toy.write('/tmp/n', '10')
  toy.write(
    '/usr/local/sbin/ss',
    '#!/bin/sh\nn=$(($(cat /tmp/n) + 1)); echo $n >/tmp/n; exec sed "s/N/$n/" /tmp/ss.txt\n',
  )
  toy.run(['chmod', '755', '/usr/local/sbin/ss'])
}

describe('a run whose connection is silent', () => {
  const limits = { ...liveness, sampleSeconds: 1 }
  const lockOf = async (witness: Witness, text: string): Promise<number | undefined> => {
    const holder = shellFrom('198.51.100.7 51234 10.0.0.5 22', witness)
    expect(await holder.ask(lockStep(a, 0))).toMatchObject({ exit: 0, err: '' })
    says(text)
    const answer = await wanted(b, 0, limits)
    expect(answer?.err).toBe('')
    await holder.end()
    return answer?.exit
  }
  const [kept, taken] = [4, 0]

  it.each([
    ['something was heard a while ago', 29_000, 29_000, 'segs_in:9', kept],
    [
      'what it was sent was acknowledged: it only listens for long',
      120_000,
      900,
      'segs_in:9',
      kept,
    ],
    ['something was heard, and nothing was sent for long', 900, 120_000, 'segs_in:9', kept],
    ['its kernel answers', 700_000, 700_000, 'segs_in:N', kept],
    ['its kernel does not answer', 31_000, 45_000, 'segs_in:9', taken],
    ['it is not known whether its kernel answers', 31_000, 45_000, '', kept],
    ['it is not known whether its kernel answers, for very long', 601_000, 700_000, '', taken],
  ] as const)(
    'and whose kernel is at the other end: %s',
    async (_, received, acknowledged, segments, exit) => {
      expect(await lockOf('kernel', sockets(received, acknowledged, segments))).toBe(exit)
    },
  )

  it.each([
    ['for a while', 599_000, 'segs_in:9', kept],
    ['for very long', 601_000, 'segs_in:9', taken],
    ['for very long, while the kernel of another answers', 601_000, 'segs_in:N', taken],
  ] as const)('and where only SSH speaks for it: %s', async (_, silent, segments, exit) => {
    expect(await lockOf('ssh', sockets(silent, silent, segments))).toBe(exit)
  })

  it('has none of its own on this very machine', async () => {
    expect(await lockOf('pipe', sockets(700_000, 700_000, 'segs_in:9'))).toBe(kept)
  })
})

describe('a connection', () => {
  it('is known through sudo', async () => {
    const holder = shellFrom('198.51.100.7 51234 10.0.0.5 22')
    expect(await holder.ask(lockStep(a, 0))).toMatchObject({ exit: 0, err: '' })
    says('')
    expect(readHolder((await wanted(b))?.out ?? '')).toMatchObject({
      from: '198.51.100.7',
      answers: false,
      quiet: 0,
    })
    says(sockets(180_000, 190_000, ''))
    expect(readHolder((await wanted(b))?.out ?? '')).toMatchObject({ quiet: 180 })
    await holder.end()
  })

  it('of another client is not mistaken for it, nor one that is told in no way that is known', async () => {
    const holder = shellFrom('198.51.100.8 51234 10.0.0.5 22')
    expect((await holder.ask(lockStep(a, 0)))?.exit).toBe(0)
    says(sockets(900_000, 900_000, 'segs_in:9'))
    expect((await wanted(b))?.exit).toBe(4)
    await holder.end()
    const odd = shellFrom('$(reboot) 1 2 3')
    expect((await odd.ask(lockStep(a, 0)))?.exit).toBe(0)
    expect(readHolder((await wanted(b))?.out ?? '')).toMatchObject({ from: undefined })
    await odd.end()
  })
})
