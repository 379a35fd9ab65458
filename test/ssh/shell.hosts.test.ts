import { describe, expect, it } from 'vitest'

import { sh } from '../../src/sh/sh.ts'
import { dialTo, failure, say, toy } from './scene.ts'

const host = await toy({
  name: 'lb1',
  accounts: {
    ops: {},
    ann: {},
    eve: {},
    joe: {},
    tty: {},
    gone: { shell: '/usr/sbin/nologin' },
    loud: { bashrc: 'echo hello; echo oops >&2; printf "no end"\n' },
    brief: { bashrc: 'exit 3\n' },
    lost: { bashrc: 'PATH=/nonexistent\n' },
    dashing: { shell: '/bin/dash' },
  },
  sudoers: `ops ALL=(root) NOPASSWD: ALL
loud ALL=(root) NOPASSWD: ALL
tty ALL=(root) NOPASSWD: ALL
ann ALL=(root) ALL
joe ALL=(root) NOPASSWD: /bin/true
Defaults:tty requiretty
Defaults:eve !authenticate
`,
})
const as = (user: string, become = false) => ({ ...host.ssh, user, become })
const first = async (user: string, become = false) => {
  const wire = await dialTo(as(user, become))
  try {
    return await wire.trip([{ run: sh`id -un` }], 20_000)
  } finally {
    wire.close()
  }
}

describe('root by sudo', () => {
  it('without a password', async () => {
    expect(await first('ops', true)).toEqual([{ exit: 0, out: 'root\n', err: '' }])
  })

  it('only when it is wished', async () => {
    expect(await say(as('ops'))).toBe('ops\n')
  })

  it('not with a password', async () => {
    expect(await failure(first('ann', true))).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) does not let ann become root without a password; what lets it is a file in /etc/sudoers.d with the line "ann ALL=(root) NOPASSWD: ALL". It said:
        sudo: a password is required"
    `)
  })

  it('not for somebody whom sudoers does not know', async () => {
    expect(await failure(first('eve', true))).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) does not let eve become root; what lets it is a file in /etc/sudoers.d with the line "eve ALL=(root) NOPASSWD: ALL". It said:
        eve is not in the sudoers file."
    `)
  })

  it('not for somebody who may run something else', async () => {
    expect(await failure(first('joe', true))).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) does not let joe become root without a password; what lets it is a file in /etc/sudoers.d with the line "joe ALL=(root) NOPASSWD: ALL". It said:
        sudo: a password is required"
    `)
  })

  it('not on a terminal only', async () => {
    expect(await failure(first('tty', true))).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) lets tty become root on a terminal only (requiretty); what lifts it is "Defaults:tty !requiretty" in a file in /etc/sudoers.d. It said:
        sudo: sorry, you must have a tty to run sudo"
    `)
  })

  it('not without sudo', async () => {
    const bare = await toy({ accounts: { ops: {} } })
    bare.run(['rm', '/usr/bin/sudo'])
    const wire = await dialTo({ ...bare.ssh, user: 'ops', become: true })
    expect(await failure(wire.trip([{ run: sh`:` }], 20_000))).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) has no sudo, and ops is to become root by it. Install it, or log in as root with ssh.become: false. It said:
        env: 'sudo': No such file or directory"
    `)
  })
})

describe('the login shell', () => {
  it('may be another than sh', async () => {
    expect(await say(as('dashing'))).toBe('dashing\n')
  })

  it('may talk before it comes to the point', async () => {
    expect(await first('loud')).toEqual([{ exit: 0, out: 'loud\n', err: '' }])
    expect(await first('loud', true)).toEqual([{ exit: 0, out: 'root\n', err: '' }])
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
