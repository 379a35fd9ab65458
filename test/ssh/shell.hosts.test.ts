import { describe, expect, it } from 'vitest'

import type { Become } from '../../src/inventory/cluster.ts'
import { Secret } from '../../src/secret.ts'
import { sh } from '../../src/sh/sh.ts'
import type { Toy } from '../toy/toy.ts'
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
/** Far longer than a test may take: whatever is said is said at once. */
const hours = 10_000_000
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

  it('is a forced command that gives back what it is sent, and says so at once', async () => {
    for (const command of ['cat', 'script -qc "$SSH_ORIGINAL_COMMAND" /dev/null']) {
      const forced = await toy({ sshd: `ForceCommand ${command}` })
      for (const transport of ['ssh2', 'openssh'] as const) {
        const wire = await dialTo({ ...forced.ssh, transport })
        expect(await failure(wire.trip([{ run: sh`:` }], hours))).toBe(
          'shell: lb1 (127.0.0.1 port PORT) sends back what it is sent, as a terminal or cat does. lbprov needs a shell without a terminal; is there a forced command, a recorder of sessions (script) or a ~/.bashrc of root before it?',
        )
      }
    }
  })

  it('puts both streams together, and says so at once', async () => {
    const forced = await toy({
      sshd: 'ForceCommand /bin/sh -c "exec $SSH_ORIGINAL_COMMAND 2>&1"',
      accounts: { ann: { password: 'horse' } },
      sudoers: 'ann ALL=(root) ALL\n',
    })
    const inRc = await toy({
      accounts: { two: { bashrc: 'exec 2>&1\n' }, three: { bashrc: 'exec 1>&2\n' } },
    })
    const says = async (on: Toy, user: string, how?: Become): Promise<string> => {
      const wire = await dialTo({ ...on.ssh, user, become: how })
      const sentence = await failure(wire.trip([{ run: sh`:` }], hours))
      return sentence.replaceAll(new RegExp(`\\b${user}\\b`, 'g'), 'USER')
    }
    const sentence = await says(forced, 'root')
    expect(sentence).toMatchInlineSnapshot(
      `"shell: lb1 (127.0.0.1 port PORT) sends stdout and stderr as one, and lbprov needs them apart; is there 2>&1 in a forced command or a ~/.bashrc of USER, or a terminal in between?"`,
    )
    expect(await says(inRc, 'two')).toBe(sentence)
    expect(await says(inRc, 'three')).toBe(sentence)
    const password = new Secret('horse')
    expect(await says(forced, 'ann', { ...sudo, password })).toBe(sentence)
  })

  it('starts another shell than sh, and says so at once', async () => {
    const other = await toy({
      accounts: {
        zoe: { bashrc: 'exec zsh\n' },
        cas: { bashrc: 'exec tcsh\n' },
        // Where zsh stands in for sh, it is as good as any.
        own: { bashrc: 'exec -a sh zsh\n' },
      },
    })
    const says = async (user: string): Promise<string> => {
      const wire = await dialTo({ ...other.ssh, user })
      return (await failure(wire.trip([{ run: sh`:` }], hours))).replaceAll(user, 'USER')
    }
    const sentence = await says('zoe')
    expect(sentence).toMatchInlineSnapshot(
      `"shell: lb1 (127.0.0.1 port PORT) has lbprov's script run by another shell than sh: does a ~/.bashrc or the like of USER say "exec zsh" or "exec tcsh"? It should do that on a terminal only ([ -t 0 ] && exec …). It said nothing."`,
    )
    expect(await says('cas')).toBe(sentence)
    expect(await say({ ...other.ssh, user: 'own' })).toBe('own\n')
  })

  it('takes a line of the script for its own', async () => {
    const other = await toy({ accounts: { ops: { bashrc: 'read -r line\n' } } })
    expect(await say({ ...other.ssh, user: 'ops' })).toBe('ops\n')
  })

  it('takes all of the script for its own', async () => {
    const other = await toy({
      accounts: { ops: { bashrc: 'echo hello; cat >/dev/null\n' } },
    })
    const wire = await dialTo({ ...other.ssh, user: 'ops' })
    expect(await failure(wire.trip([{ run: sh`:` }], 1500))).toMatchInlineSnapshot(`
      "shell: lb1 (127.0.0.1 port PORT) did not run what it was sent for 1.5 s. Does a ~/.bashrc or the like of ops, or a forced command, read its input or wait for something, or start another shell (exec fish)? It may run it yet; the next run asks the host anew before it changes anything. It said:
        hello"
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
