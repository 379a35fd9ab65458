import { describe, expect, it } from 'vitest'

import type { Become } from '../../src/inventory/cluster.ts'
import { Secret } from '../../src/secret.ts'
import { sh } from '../../src/sh/sh.ts'
import { makeBecomePasswords } from '../../src/ssh/become-passwords.ts'
import { makeDial } from '../../src/ssh/dial.ts'
import { openOpensshLink } from '../../src/ssh/openssh/openssh-link.ts'
import type { Person } from '../../src/ssh/person.ts'
import { openWire } from '../../src/ssh/wire.ts'
import { meansOf } from './openssh/means.ts'
import { hopTo, reachOf } from './reach-of.ts'
import { dialTo, failure, nowhere, say, tidy, toy } from './scene.ts'

const horse = 'correct horse; $(touch /ran) \'"\\ ß'

const host = await toy({
  name: 'lb1',
  accounts: {
    ops: {},
    ann: { password: horse },
    eve: { password: 'battery' },
    joe: { password: 'staple' },
    tty: {},
    old: {},
  },
  sudoers: `ops ALL=(ALL) NOPASSWD: ALL
tty ALL=(root) NOPASSWD: ALL
old ALL=(root) NOPASSWD: ALL
ann ALL=(root) ALL
joe ALL=(root) /bin/true
Defaults:tty requiretty
`,
})

const sudo: Become = { method: 'sudo', user: 'root', password: undefined }
const sudoBy = (password: string): Become => ({ ...sudo, password: new Secret(password) })
const as = (user: string, become: Become, on = host) => ({ ...on.ssh, user, become })
const first = async (user: string, become: Become, who?: Person, on = host) => {
  const wire = await dialTo(as(user, become, on), who)
  try {
    return await wire.trip([{ run: sh`id -un` }], 20_000)
  } finally {
    wire.close()
  }
}
const root = [{ exit: 0, out: 'root\n', err: '' }]

/** Somebody who types what `types` says, one after the other. */
const person = (types: readonly string[]) => {
  const asked: string[] = []
  const who: Person = {
    askHidden: (question) => {
      const answer = types[asked.length]
      asked.push(tidy(question))
      return Promise.resolve(answer === undefined ? undefined : new Secret(answer))
    },
    tell: () => undefined,
  }
  return { who, asked }
}

describe('root by sudo without a password', () => {
  it('is had', async () => {
    expect(await first('ops', sudo)).toEqual(root)
  })

  it('is not had where it is not wished', async () => {
    expect(await say({ ...host.ssh, user: 'ops' })).toBe('ops\n')
  })

  it('may be another than root', async () => {
    const answers = await first('ops', { ...sudo, user: 'eve' })
    expect(answers).toEqual([{ exit: 0, out: 'eve\n', err: '' }])
  })

  it('is nobody whom the host does not know', async () => {
    const work = first('ops', { ...sudo, user: 'toor' })
    expect(await failure(work)).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) knows no user toor. Is ssh.become_user right? It said:
        sudo: unknown user toor
        sudo: error initializing audit plugin sudoers_audit"
    `)
  })

  it('is not had on a terminal only', async () => {
    expect(await failure(first('tty', sudo))).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) lets tty become root on a terminal only (requiretty); what lifts it is "Defaults:tty !requiretty" in a file in /etc/sudoers.d. It said:
        sudo: sorry, you must have a tty to run sudo"
    `)
  })

  it('is not had by an account that has expired', async () => {
    // sshd asks what sudo asks, so it expires between the two.
    const reach = reachOf(host.ssh, { user: 'old', become: sudo })
    const link = await openOpensshLink([hopTo(reach)], meansOf())
    host.run(['usermod', '-e', '1', 'old'])
    const wire = openWire(link, makeBecomePasswords(undefined))
    expect(await failure(wire.trip([{ run: sh`:` }], 20_000))).toMatchInlineSnapshot(
      `
      "become: lb1 (127.0.0.1 port PORT) does not let old become root: the account is locked or expired there. As root, passwd -S old, chage -l old and faillock --user old say which; have it unlocked. It said:
        sudo: account validation failure, is your account locked?
        sudo: a password is required"
    `,
    )
  })

  it('is not had without sudo', async () => {
    const bare = await toy({ accounts: { ops: {} } })
    bare.run(['rm', '/usr/bin/sudo'])
    expect(await failure(first('ops', sudo, undefined, bare))).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) has no sudo, and ops is to become root by it. Install it, or log in as root with ssh.become: false. It said:
        env: 'sudo': No such file or directory"
    `)
  })
})

describe('root by sudo with a password', () => {
  it('that the inventory gives', async () => {
    expect(await first('ann', sudoBy(horse))).toEqual(root)
    expect(host.run(['test', '-e', '/ran']).exit).toBe(1)
  })

  it('of which no trip is the worse', async () => {
    const wire = await dialTo(as('ann', sudoBy(horse)))
    const trips = [1, 2, 3].map((n) => wire.trip([{ run: sh`echo ${n}; cat` }], 20_000))
    const answers = await Promise.all(trips)
    expect(answers.map(([answer]) => answer?.out)).toEqual(['1\n', '2\n', '3\n'])
    wire.close()
  })

  it('that nobody gives', async () => {
    expect(await failure(first('ann', sudo))).toMatchInlineSnapshot(
      `"become: lb1 (127.0.0.1 port PORT) does not let ann become root without a password, and nobody gives one. Say where it is with ssh.become_password, run lbprov on a terminal, where it asks, or let ann do without: a file in /etc/sudoers.d with the line "ann ALL=(root) NOPASSWD: ALL"."`,
    )
  })

  it('that nobody types', async () => {
    const { who, asked } = person([])
    expect(await failure(first('ann', sudo, who))).toMatch(/^become: .*nobody gives one/)
    expect(asked).toHaveLength(1)
  })

  it('that is wrong, and tried once', async () => {
    expect(await failure(first('ann', sudoBy('wrong')))).toMatchInlineSnapshot(
      `"become: lb1 (127.0.0.1 port PORT) does not take the password that ssh.become_password gives for ann. No further one is tried, so that no account is locked. Is it the one that sudo wants there (rootpw and targetpw in sudoers want another's), and is the account not locked already (passwd -S ann, faillock --user ann)?"`,
    )
  })

  it('that a person mistypes', async () => {
    const { who, asked } = person(['wrong', horse])
    expect(await first('ann', sudo, who)).toEqual(root)
    expect(asked).toMatchInlineSnapshot(`
      [
        "sudo password for ann (first asked for by lb1): ",
        "sudo password for ann (lb1 does not take the last one): ",
      ]
    `)
  })

  it('that a person does not know', async () => {
    const { who, asked } = person(['one', 'two', 'three', 'four'])
    expect(await failure(first('ann', sudo, who))).toMatchInlineSnapshot(
      `"become: lb1 (127.0.0.1 port PORT) does not take what was typed as ann's password. No further one is tried, so that no account is locked. Is it the one that sudo wants there (rootpw and targetpw in sudoers want another's), and is the account not locked already (passwd -S ann, faillock --user ann)?"`,
    )
    expect(asked).toHaveLength(3)
  })

  it('that is right, for somebody whom sudoers does not know', async () => {
    expect(await failure(first('eve', sudoBy('battery')))).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) does not let eve become root: sudo does not know eve. What lets it is a file in /etc/sudoers.d with the line "eve ALL=(root) NOPASSWD: ALL". It said:
        eve is not in the sudoers file."
    `)
  })

  it('that is right, for somebody who may run something else', async () => {
    expect(await failure(first('joe', sudoBy('staple')))).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) does not let joe run sh as root: sudo lets joe do other things only. What lets it is a file in /etc/sudoers.d with the line "joe ALL=(root) NOPASSWD: ALL". It said:
        Sorry, user joe is not allowed to execute '/usr/bin/sh' as root on localhost."
    `)
  })

  it('of an account that is locked', async () => {
    // sshd lets nobody in whose account is locked, unless PAM is asked.
    const pam = await toy({
      sshd: 'UsePAM yes',
      accounts: { shut: { password: 'staple', locked: true } },
      sudoers: 'shut ALL=(root) ALL\n',
    })
    const work = first('shut', sudoBy('staple'), undefined, pam)
    expect(await failure(work)).toMatch(/and is the account not locked already \(passwd -S shut/)
  })

  it('is asked for once for all hosts, and is in no list of processes', async () => {
    const accounts = { ann: { password: horse } }
    const sudoers = 'ann ALL=(root) ALL\n'
    const other = await toy({ name: 'lb2', accounts, sudoers })
    const { who, asked } = person([horse])
    const hosts = { lb1: as('ann', sudo), lb2: as('ann', sudo, other) }
    const dial = makeDial((name) => hosts[name as keyof typeof hosts], who, nowhere)
    const seen = await Promise.all(
      ['lb1', 'lb2'].map(async (name) => {
        const wire = await dial(name)
        const run = sh`id -un; cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null`
        const [answer] = await wire.trip([{ run }], 20_000)
        wire.close()
        return answer?.out ?? ''
      }),
    )
    for (const text of seen) {
      expect(text).toMatch(/^root\n/)
      expect(text).toContain('sudo')
      expect(text).not.toContain('correct horse')
    }
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatch(/^sudo password for ann \(first asked for by lb[12]\): $/)
  })

  it('differs from host to host, and each is asked for once', async () => {
    const sudoers = 'ann ALL=(root) ALL\n'
    const lb2 = await toy({ name: 'lb2', accounts: { ann: { password: 'two' } }, sudoers })
    const { who, asked } = person([horse, 'two'])
    const hosts = { lb1: as('ann', sudo), lb2: as('ann', sudo, lb2) }
    const dial = makeDial((name) => hosts[name as keyof typeof hosts], who, nowhere)
    for (const name of ['lb1', 'lb2', 'lb1', 'lb2']) {
      const wire = await dial(name)
      expect(await wire.trip([{ run: sh`id -un` }], 20_000)).toEqual(root)
      wire.close()
    }
    expect(asked).toMatchInlineSnapshot(`
      [
        "sudo password for ann (first asked for by lb1): ",
        "sudo password for ann (lb2 does not take the last one): ",
      ]
    `)
  })

  it('may be asked for once by sudo itself', async () => {
    const odd = await toy({
      accounts: { ann: { password: horse } },
      sudoers: 'ann ALL=(root) ALL\nDefaults passwd_tries=1\n',
    })
    expect(await failure(first('ann', sudoBy('wrong'), undefined, odd))).toMatch(
      /^become: .* does not take the password/,
    )
  })
})

describe('root by doas', () => {
  const doas: Become = { ...sudo, method: 'doas' }

  it('without a password', async () => {
    const on = await toy({ accounts: { ops: {} }, doas: 'permit nopass ops as root\n' })
    expect(await first('ops', doas, undefined, on)).toEqual(root)
  })

  it('not with one', async () => {
    const on = await toy({ accounts: { ops: { password: 'x' } }, doas: 'permit ops as root\n' })
    const work = first('ops', { ...doas, password: new Secret('x') }, undefined, on)
    expect(await failure(work)).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) does not let ops become root without a password, which doas takes from a terminal only; what lets it is the line "permit nopass ops as root" in /etc/doas.conf. It said:
        doas: Authentication required"
    `)
  })

  it('not where no rule lets it', async () => {
    const on = await toy({ accounts: { ops: {} }, doas: 'permit nopass root as root\n' })
    expect(await failure(first('ops', doas, undefined, on))).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) does not let ops become root: doas has no rule for it. What lets it is the line "permit nopass ops as root" in /etc/doas.conf. It said:
        doas: Operation not permitted"
    `)
  })

  it('not where there are no rules', async () => {
    const on = await toy({ accounts: { ops: {} } })
    expect(await failure(first('ops', doas, undefined, on))).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) does not let ops become root: doas has no rule for it. What lets it is the line "permit nopass ops as root" in /etc/doas.conf. It said:
        doas: doas is not enabled, /etc/doas.conf: No such file or directory"
    `)
  })

  it('not where there is none', async () => {
    const on = await toy({ accounts: { ops: {} } })
    on.run(['rm', '/usr/bin/doas'])
    expect(await failure(first('ops', doas, undefined, on))).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) has no doas, and ops is to become root by it. Install it, or use sudo with ssh.become_method: sudo. It said:
        bash: line 1: doas: command not found"
    `)
  })
})
