import { describe, expect, it } from 'vitest'

import { Secret } from '../../src/secret.ts'
import { sh } from '../../src/sh/sh.ts'
import type { Toy } from '../toy/toy.ts'
import { dialTo, failure, say, toy } from './scene.ts'

const host = await toy({ name: 'lb1' })

/** Waits until no session is left on it. */
const quiet = async (on: Toy): Promise<void> => {
  while (on.run(['pgrep', '-x', 'sshd']).exit === 0) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('a trip', () => {
  it('answers step by step, and the shell lives on', async () => {
    const wire = await dialTo(host.ssh)
    const answers = await wire.trip(
      [
        { run: sh`echo one; echo two >&2; exit 3` },
        { run: sh`false`, chained: true },
        { run: sh`echo never`, chained: true },
        { run: sh`cat; printf 'grüße\n'` },
      ],
      20_000,
    )
    expect(answers).toEqual([
      { exit: 3, out: 'one\n', err: 'two\n' },
      { exit: 1, out: '', err: '' },
      undefined,
      { exit: 0, out: 'grüße\n', err: '' },
    ])
    expect(await wire.trip([{ run: sh`echo again` }], 20_000)).toEqual([
      { exit: 0, out: 'again\n', err: '' },
    ])
    expect(await wire.trip([], 20_000)).toEqual([])
    wire.close()
  })

  it('waits for the one before it', async () => {
    const wire = await dialTo(host.ssh)
    const trips = [1, 2, 3].map((n) => wire.trip([{ run: sh`echo ${n}` }], 20_000))
    const answers = await Promise.all(trips)
    expect(answers.map(([answer]) => answer?.out)).toEqual(['1\n', '2\n', '3\n'])
    wire.close()
  })

  it('brings 100 MB', async () => {
    const big = sh`head -c 100000000 /dev/zero | tr '\0' x; head -c 1000000 /dev/zero | tr '\0' y >&2`
    const wire = await dialTo(host.ssh)
    const [answer] = await wire.trip([{ run: big }], 60_000)
    expect(answer?.out.length).toBe(100_000_000)
    expect(answer?.err.length).toBe(1_000_000)
    wire.close()
  }, 60_000)

  it('brings 10,000 lines of complaints', async () => {
    const wire = await dialTo(host.ssh)
    const [answer] = await wire.trip([{ run: sh`seq 10000 >&2` }], 60_000)
    expect(answer?.err.split('\n')).toHaveLength(10_001)
    expect(answer?.out).toBe('')
    wire.close()
  })

  it('takes a script of megabytes', async () => {
    const text = 'word '.repeat(400_000)
    const wire = await dialTo(host.ssh)
    const [answer] = await wire.trip([{ run: sh`printf %s ${text} | wc -c` }], 60_000)
    expect(answer?.out.trim()).toBe(String(text.length))
    wire.close()
  }, 60_000)

  it('brings bytes that are no text', async () => {
    const wire = await dialTo(host.ssh)
    const [answer] = await wire.trip([{ run: sh`printf 'a\377b\0c'` }], 20_000)
    expect(answer?.out).toBe('a\ufffdb\ufffdc')
    wire.close()
  })
})

describe('a host is lost', () => {
  it('when it says nothing for too long', async () => {
    const wire = await dialTo(host.ssh)
    await wire.trip([{ run: sh`:` }], 20_000)
    const steps = [{ run: sh`echo begun` }, { run: sh`sleep ${1000} # ${new Secret('hush')}` }]
    expect(await failure(wire.trip(steps, 300))).toMatchInlineSnapshot(
      `"lost: lb1 (127.0.0.1 port PORT) said nothing for 0.3 s and was given up in step 2 of 2 (sleep 1000 # '•••'). What was running may have run or not; the next run asks the host anew before it changes anything."`,
    )
    expect(await failure(wire.trip(steps, 300))).toMatch(/^lost: /)
  })

  it('not when it is slow and talks', async () => {
    const wire = await dialTo(host.ssh)
    await wire.trip([{ run: sh`:` }], 20_000)
    const slow = sh`for n in 1 2 3 4 5 6; do echo $n; sleep 0.4; done`
    const [answer] = await wire.trip([{ run: slow }], 2000)
    expect(answer?.out).toBe('1\n2\n3\n4\n5\n6\n')
    wire.close()
  }, 20_000)

  it('when it says too much', async () => {
    const wire = await dialTo(host.ssh)
    const work = wire.trip([{ run: sh`yes` }], 60_000)
    expect(await failure(work)).toMatchInlineSnapshot(
      `"lost: lb1 (127.0.0.1 port PORT) said more than 256 MiB and was given up in step 1 of 1 (yes). What was running may have run or not; the next run asks the host anew before it changes anything."`,
    )
  }, 60_000)

  it('when its shell is killed', async () => {
    const wire = await dialTo(host.ssh)
    const work = wire.trip([{ run: sh`echo before` }, { run: sh`kill -9 $$` }], 20_000)
    expect(await failure(work)).toMatchInlineSnapshot(
      `"lost: lb1 (127.0.0.1 port PORT) was lost: its shell ended in step 2 of 2 (kill -9 $$). What was running may have run or not; the next run asks the host anew before it changes anything."`,
    )
  })

  it('when the connection is cut, wherever the answer stands', async () => {
    for (const after of [1, 40, 200, 1000, 30_000, 90_000]) {
      const wire = await dialTo(host.ssh)
      await wire.trip([{ run: sh`:` }], 20_000)
      const connection = host.connections
      const afterBytes = host.passed(connection, 'out') + after
      host.breakAt({ connection, direction: 'out', afterBytes, then: 'cut' })
      const work = wire.trip([{ run: sh`seq 100000` }], 20_000)
      expect(await failure(work)).toMatch(/^lost: lb1 \(127.0.0.1 port PORT\) was lost/)
    }
  }, 30_000)

  it('when this side closes the wire', async () => {
    const wire = await dialTo(host.ssh)
    await wire.trip([{ run: sh`:` }], 20_000)
    const work = wire.trip([{ run: sh`sleep 1000` }], 20_000)
    await Promise.resolve()
    wire.close()
    wire.close()
    expect(await failure(work)).toMatchInlineSnapshot(
      `"lost: lb1 (127.0.0.1 port PORT) was left: this side closed the connection. What was running may have run or not; the next run asks the host anew before it changes anything."`,
    )
    expect(await failure(wire.trip([], 1000))).toMatch(/^lost: /)
  })

  it('before its first answer', async () => {
    const wire = await dialTo(host.ssh)
    host.cut()
    expect(await failure(wire.trip([{ run: sh`:` }], 20_000))).toMatchInlineSnapshot(
      `"lost: lb1 (127.0.0.1 port PORT) was lost (it hung up right behind the login; PermitRootLogin forced-commands-only in its sshd_config does that to a key without command=; read ECONNRESET). What was running may have run or not; the next run asks the host anew before it changes anything."`,
    )
  })
})

it('nothing runs when the script is cut', async () => {
  const alone = await toy()
  // Two MB fill more than what passes at once, so that the cut falls between packets too.
  const padding = 'x'.repeat(2_000_000)
  const steps = [{ run: sh`echo ran >/ran` }, { run: sh`: ${padding}` }]
  for (const after of [1, 100, 500, 33_000, 100_000, 1_000_000, 1_999_000]) {
    const wire = await dialTo(alone.ssh)
    await wire.trip([{ run: sh`:` }], 20_000)
    const connection = alone.connections
    const afterBytes = alone.passed(connection, 'in') + after
    alone.breakAt({ connection, direction: 'in', afterBytes, then: 'cut' })
    expect(await failure(wire.trip(steps, 20_000))).toMatch(/^lost: /)
    await quiet(alone)
    expect(alone.run(['test', '-e', '/ran']).exit).toBe(1)
  }
  expect(await say(alone.ssh, sh`echo ran >/ran; cat /ran`)).toBe('ran\n')
}, 60_000)
