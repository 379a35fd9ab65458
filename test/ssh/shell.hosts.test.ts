import { describe, expect, it } from 'vitest'

import type { Become } from '../../src/inventory/cluster.ts'
import { sh } from '../../src/sh/sh.ts'
import { dialTo, failure, say, toy } from './scene.ts'

const host = await toy({
  name: 'lb1',
  accounts: {
    gone: { shell: '/usr/sbin/nologin' },
    loud: { bashrc: 'echo hello; echo oops >&2; printf "no end"\n' },
    brief: { bashrc: 'exit 3\n' },
    lost: { bashrc: 'PATH=/nonexistent\n' },
    dashing: { shell: '/bin/dash' },
    endless: { bashrc: 'yes\n' },
    later: { bashrc: '(until [ -e /tmp/talk ]; do sleep 0.1; done; exec yes) &\n' },
    ticking: {},
  },
  sudoers: 'loud ALL=(root) NOPASSWD: ALL\n',
})
const sudo: Become = { method: 'sudo', user: 'root', password: undefined }
const as = (user: string, become?: Become) => ({ ...host.ssh, user, become })
const first = async (user: string, become?: Become) => {
  const wire = await dialTo(as(user, become))
  try {
    return await wire.trip([{ run: sh`id -un` }], 20_000)
  } finally {
    wire.close()
  }
}

describe('the login shell', () => {
  it('may be another than sh', async () => {
    expect(await say(as('dashing'))).toBe('dashing\n')
  })

  it('may talk before it comes to the point', async () => {
    expect(await first('loud')).toEqual([{ exit: 0, out: 'loud\n', err: '' }])
    expect(await first('loud', sudo)).toEqual([{ exit: 0, out: 'root\n', err: '' }])
  })

  it('refuses', async () => {
    expect(await failure(first('gone'))).toMatchInlineSnapshot(`
      "shell: lb1 (127.0.0.1 port PORT) gives gone no shell: its login shell refuses. Log in as somebody who has one (ssh.user). It said:
        This account is currently not available."
    `)
  })

  it('ends by itself', async () => {
    expect(await failure(first('brief'))).toMatchInlineSnapshot(
      `"shell: lb1 (127.0.0.1 port PORT) gives brief no shell: what it runs at the login ended by itself (exit 3). Is it a forced command, or a ~/.bashrc that exits? It said nothing."`,
    )
  })

  it('finds no sh', async () => {
    expect(await failure(first('lost'))).toMatchInlineSnapshot(`
      "shell: lb1 (127.0.0.1 port PORT) has no sh that lost can find; lbprov needs a POSIX shell there. It said:
        bash: line 1: sh: command not found"
    `)
  })

  it('is a forced command', async () => {
    const forced = await toy({ sshd: 'ForceCommand echo only this' })
    const wire = await dialTo(forced.ssh)
    expect(await failure(wire.trip([{ run: sh`:` }], 20_000))).toMatchInlineSnapshot(`
      "shell: lb1 (127.0.0.1 port PORT) gives root no shell: what it runs at the login ended by itself (exit 0). Is it a forced command, or a ~/.bashrc that exits? It said:
        only this"
    `)
  })

  it('is not to be had', async () => {
    const closed = await toy({ sshd: 'MaxSessions 0' })
    const wire = await dialTo(closed.ssh)
    expect(await failure(wire.trip([{ run: sh`:` }], 20_000))).toMatchInlineSnapshot(
      `"shell: lb1 (127.0.0.1 port PORT) does not let root run a command: open failed."`,
    )
  })
})

it('what it said before anybody asked is not lost', async () => {
  const alone = await toy({ accounts: { gone: { shell: '/usr/sbin/nologin' } } })
  const wire = await dialTo({ ...alone.ssh, user: 'gone' })
  while (alone.open > 0) await new Promise((resolve) => setImmediate(resolve))
  const sentence = await failure(wire.trip([{ run: sh`:` }], 20_000))
  expect(sentence).toMatch(/^shell: .*This account is currently not available/s)
})

it('what it said once, every later trip says', async () => {
  const wire = await dialTo(as('gone'))
  const trips = [1, 2, 3].map(() => failure(wire.trip([{ run: sh`:` }], 20_000)))
  const [one, two, three] = await Promise.all(trips)
  expect(one).toMatch(/^shell: /)
  expect([two, three]).toEqual([one, one])
})

describe('a host that does not stop', () => {
  it('talking before its shell begins', async () => {
    expect(await failure(first('endless'))).toMatchInlineSnapshot(
      `"lost: lb1 (127.0.0.1 port PORT) said more than 1 MiB that nobody had asked for and was given up. What was running may have run or not; the next run asks the host anew before it changes anything."`,
    )
  })

  it('talking while nobody asks it anything', async () => {
    const wire = await dialTo(as('later'))
    expect(await wire.trip([{ run: sh`echo asked` }], 20_000)).toMatchObject([{ out: 'asked\n' }])
    host.write('/tmp/talk', '')
    while (host.open > 0) await new Promise((resolve) => setImmediate(resolve))
    expect(await failure(wire.trip([{ run: sh`:` }], 20_000))).toMatchInlineSnapshot(
      `"lost: lb1 (127.0.0.1 port PORT) said more than 1 MiB that nobody had asked for and was given up. What was running may have run or not; the next run asks the host anew before it changes anything."`,
    )
  })

  it('saying a word now and then', async () => {
    const wire = await dialTo(as('ticking'))
    await wire.trip([{ run: sh`:` }], 20_000)
    const drip = sh`while :; do echo tick; sleep 0.05; done`
    expect(await failure(wire.trip([{ run: drip }], 500))).toMatchInlineSnapshot(
      `"lost: lb1 (127.0.0.1 port PORT) did not come to an end within 10 s and was given up in step 1 of 1 (while :; do echo tick; sleep 0.05; done). What was running may have run or not; the next run asks the host anew before it changes anything."`,
    )
  }, 30_000)
})
