import { describe, expect, it } from 'vitest'

import type { Become } from '../../src/inventory/cluster.ts'
import { Secret } from '../../src/secret.ts'
import { parsePlatform, platformQuestions } from '../../src/platform.ts'
import { sh } from '../../src/sh/sh.ts'
import { makeBecomePasswords } from '../../src/ssh/become-passwords.ts'
import { makeDial } from '../../src/ssh/dial.ts'
import { openOpensshLink } from '../../src/ssh/openssh/openssh-link.ts'
import type { Person } from '../../src/ssh/person.ts'
import { openWire } from '../../src/ssh/wire.ts'
import type { Seed } from '../toy/seed.ts'
import type { Toy } from '../toy/toy.ts'
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
/** A toy for several tests, once one of them wants it. */
const toyHostWith = (accounts: Seed['accounts']) => {
  let made: Promise<Toy> | undefined
  return () => (made ??= toy({ accounts, sudoers: '' }))
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

describe('what sudo itself has against it', () => {
  const on = toyHostWith({ ops: {}, ann: { password: 'horse' } })
  const rules = 'ops ALL=(ALL) NOPASSWD: ALL\nann ALL=(ALL) ALL\n'
  /** The same twice: at once, and after a password. */
  const says = async (sudoers: string): Promise<string> => {
    const there = await on()
    there.write('/etc/sudoers.d/toy', `${sudoers}\n${rules}`)
    const [without, withOne] = [
      await failure(first('ops', sudo, undefined, there)),
      await failure(first('ann', sudoBy('horse'), undefined, there)),
    ]
    expect(withOne.replaceAll(/\bann\b/g, 'ops')).toBe(without)
    return without
  }

  it('a secure_path, or a runchroot, where there is no sh', async () => {
    const sentence = await says('Defaults secure_path=/nonexistent')
    expect(sentence).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) lets ops become root, but its sudo finds no sh: secure_path or runchroot in sudoers leads to where there is none. "sudo -l" there shows both; mend that line, or log in as root with ssh.become: false. It said:
        sudo: sh: command not found"
    `)
    expect(await says('Defaults runchroot=/nonexistent')).toBe(sentence)
  })

  it('a runcwd that is not there', async () => {
    expect(await says('Defaults runcwd=/nonexistent')).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) lets ops become root, but its sudo cannot go where runcwd or runchroot (CWD=, CHROOT=) in sudoers says. "sudo -l" there shows it; make that folder, or mend the line. It said:
        sudo: unable to change directory to /nonexistent: No such file or directory
        sudo: unable to execute /usr/bin/sh: No such file or directory"
    `)
  })

  it('a log that it cannot write, in its own words', async () => {
    expect(await says('Defaults log_output,iolog_dir=/proc/nowhere')).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) does not let ops become root by sudo. It said:
        sudo: unable to mkdir /proc/nowhere: No such file or directory"
    `)
  })

  it('sudoers that it does not take', async () => {
    const there = await on()
    there.run(['chmod', '666', '/etc/sudoers'])
    expect(await says('')).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) does not let ops become root: sudo cannot read its own sudoers. As root there, "visudo -c" says what is wrong with it. It said:
        sudo: /etc/sudoers is world writable
        sudo: no valid sudoers sources found, quitting
        sudo: error initializing audit plugin sudoers_audit"
    `)
    there.run(['chmod', '440', '/etc/sudoers'])
  })

  it('that it is not setuid', async () => {
    const there = await on()
    there.run(['chmod', 'u-s', '/usr/bin/sudo'])
    expect(await says('')).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) has a sudo by which ops cannot become root: it must be root's and setuid, on a file system without nosuid. Install it anew there, or log in as root with ssh.become: false. It said:
        sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set"
    `)
    there.run(['chmod', 'u+s', '/usr/bin/sudo'])
  })

  it('nothing, but nobody else may start it', async () => {
    const there = await on()
    there.run(['chmod', '700', '/usr/bin/sudo'])
    expect(await says('')).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) has a sudo that ops may not start, and ops is to become root by it. Is it executable for ops (ls -l, namei -l)? Mend that, or log in as root with ssh.become: false. It said:
        env: 'sudo': Permission denied"
    `)
    there.run(['chmod', '4755', '/usr/bin/sudo'])
  })

  it('nothing, but sh may start no program: with a password it ends, without one the first question tells', async () => {
    const there = await on()
    for (const noExec of [
      `Defaults noexec\n${rules}`,
      'ops ALL=(ALL) NOPASSWD: NOEXEC: ALL\nann ALL=(ALL) NOEXEC: ALL\n',
    ]) {
      there.write('/etc/sudoers.d/toy', noExec)
      const sentence = await failure(first('ann', sudoBy('horse'), undefined, there))
      expect(sentence).toContain('but sh may start no program there: that is noexec in sudoers.')
      expect(sentence).toContain('"Defaults:ann !noexec"')
      const wire = await dialTo(as('ops', sudo, there))
      const [answer] = await wire.trip([{ run: platformQuestions.user ?? sh`false` }], 20_000)
      wire.close()
      const answers = answer === undefined ? {} : { user: answer }
      expect(() => parsePlatform('lb1', answers)).toThrow(
        /^lb1: sh may start no program there \(.*id: Permission denied\)\. Is there noexec in sudoers\? What lifts it is "Defaults !noexec" in a file in \/etc\/sudoers\.d, or EXEC: for NOEXEC: in the rule\.$/,
      )
    }
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

  it('not where doas has something against itself', async () => {
    const on = await toy({ accounts: { ops: {} }, doas: 'permit nopass ops as root\n' })
    const says = () => failure(first('ops', doas, undefined, on))
    on.run(['chmod', '666', '/etc/doas.conf'])
    expect(await says()).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) does not let ops become root: doas does not take its own /etc/doas.conf. As root there, "doas -C /etc/doas.conf" and "ls -l" say what is wrong with it. It said:
        doas: /etc/doas.conf is writable by group or other"
    `)
    on.run(['chmod', '400', '/etc/doas.conf'])
    on.write('/etc/doas.conf', 'permit nopass ops as root\nallow all\n')
    expect(await says()).toContain('doas does not take its own /etc/doas.conf')
    on.write('/etc/doas.conf', 'permit nopass ops as root\n')
    on.run(['chmod', 'u-s', '/usr/bin/doas'])
    expect(await says()).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) has a doas by which ops cannot become root: it must be root's and setuid, on a file system without nosuid. Install it anew there, or log in as root with ssh.become: false. It said:
        doas: not installed setuid"
    `)
    on.run(['chmod', '4700', '/usr/bin/doas'])
    expect(await says()).toMatchInlineSnapshot(`
      "become: lb1 (127.0.0.1 port PORT) has a doas that ops may not start, and ops is to become root by it. Is it executable for ops (ls -l, namei -l)? Mend that, or log in as root with ssh.become: false. It said:
        bash: line 1: /usr/bin/doas: Permission denied"
    `)
  })

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
