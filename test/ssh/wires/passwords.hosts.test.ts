import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import type { Ssh } from '../../../src/inventory/cluster.ts'
import { Secret } from '../../../src/secret.ts'
import { sh } from '../../../src/sh/sh.ts'
import { makeDial } from '../../../src/ssh/dial.ts'
import { makeKey } from '../../toy/keys.ts'
import { folder, nowhere, toy } from '../scene.ts'
import { ask, both, eachSays, open, person, remotes, stageOf } from './wires.ts'

const word = 'tr$ub4 "dor"\'s'
const key = makeKey(join(folder(), 'key'))
const accounts = {
  ann: { password: word },
  both: { password: word, authorizedKeys: [key.publicKey] },
  otp: {},
  ops: {},
  eve: { password: word },
}
const sudoers = `ops ALL=(root) NOPASSWD: ALL
ann ALL=(root) ALL
Defaults passwd_tries=3
`
const hosts = await both({
  name: 'lb1',
  accounts,
  sudoers,
  sshd: 'PasswordAuthentication yes',
})

// Whoever has a code may come in once with it; the others by their password.
const pam = `auth [success=1 default=ignore] pam_succeed_if.so quiet user != otp
auth [success=done ignore=ignore default=die] pam_exec.so expose_authtok quiet /bin/sh /usr/local/sbin/code
auth required pam_unix.so nodelay
account required pam_permit.so
session required pam_permit.so
`
const asks = (sshd: string) =>
  toy({
    name: 'lb1',
    accounts,
    sshd: `UsePAM yes\nKbdInteractiveAuthentication yes\n${sshd}`,
    files: {
      '/etc/pam.d/sshd': pam,
      '/usr/local/sbin/code': 'code=$(tr -d "\\000"); [ -n "$code" ] && rm "/codes/$code"\n',
      ...Object.fromEntries(['111', '222', '333', '444'].map((code) => [`/codes/${code}`, ''])),
    },
  })
const asking = await asks('')
const strict = await asks('AuthenticationMethods publickey,keyboard-interactive')

describe.each(remotes)('$name', ({ transport, server }) => {
  const host = hosts[server]
  const as = (user: string) => ({ ...host.ssh, transport, user, identityFiles: [] })
  const byKey = (user: string) => ({ ...host.ssh, transport, user })

  it('a password logs in where the server takes one', async () => {
    const { who, asked } = person(() => word)
    expect(await ask(as('ann'), sh`id -un`, who)).toBe('ann\n')
    expect(asked).toHaveLength(1)
    expect(asked[0]).toContain('ann')
  })

  it('a password is not asked for where a key does', async () => {
    const { who, asked } = person(() => word)
    expect(await ask(byKey('ann'), sh`id -un`, who)).toBe('ann\n')
    expect(asked).toEqual([])
  })

  it('a password is asked for once, whatever the number of connections', async () => {
    const { who, asked } = person(() => word)
    const dial = makeDial(() => as('ann'), who, nowhere)
    const first = await dial('lb1')
    const second = await dial('lb1')
    const [answer] = await second.trip([{ run: sh`id -un` }], 60_000)
    first.close()
    second.close()
    expect(answer?.out).toBe('ann\n')
    expect(asked).toHaveLength(1)
  })

  it('a password is asked for again after a slip', async () => {
    const { who, asked } = person((_, n) => (n === 1 ? 'wrong' : word))
    expect(await ask(as('ann'), sh`id -un`, who)).toBe('ann\n')
    expect(asked).toHaveLength(2)
  })

  it('a wrong password is refused, after as many as OpenSSH asks for', async () => {
    const { who, asked } = person(() => 'wrong')
    expect(await stageOf(ask(as('ann'), sh`:`, who))).toBe('login')
    expect(asked).toHaveLength(3)
  })

  it('a password is of no use when nobody is there, or nobody answers', async () => {
    expect(await stageOf(ask(as('ann')))).toBe('login')
    const { who, asked } = person(() => undefined)
    expect(await stageOf(ask(as('ann'), sh`:`, who))).toBe('login')
    expect(asked).toHaveLength(1)
  })

  it("root's rights by sudo -n", async () => {
    const become = { method: 'sudo', user: 'root', password: undefined } as const
    expect(await ask({ ...byKey('ops'), become })).toBe('root\n')
    expect(await ask(byKey('ops'))).toBe('ops\n')
  })

  it("root's rights by a password, given or asked for", async () => {
    const become = { method: 'sudo', user: 'root', password: new Secret(word) } as const
    expect(await ask({ ...byKey('ann'), become })).toBe('root\n')
    const { who, asked } = person(() => word)
    const asking = { ...byKey('ann'), become: { ...become, password: undefined } }
    const dial = makeDial(() => asking, who, nowhere)
    const [one, two] = [await dial('lb1'), await dial('lb1')]
    for (const wire of [one, two]) {
      const [answer] = await wire.trip([{ run: sh`id -un` }], 60_000)
      expect(answer?.out).toBe('root\n')
      wire.close()
    }
    expect(asked).toHaveLength(1)
  })

  it('no rights by a wrong password, without one, and for who has none', async () => {
    const sudo = (user: string, password?: string) => ({
      ...byKey(user),
      become: {
        method: 'sudo' as const,
        user: 'root',
        password: password === undefined ? undefined : new Secret(password),
      },
    })
    expect(await stageOf(ask(sudo('ann', 'wrong')))).toBe('become')
    expect(await stageOf(ask(sudo('ann')))).toBe('become')
    expect(await stageOf(ask(sudo('eve', word)))).toBe('become')
  })

  it('a password that the host would print is masked by nobody, for none is ever sent to the shell', async () => {
    const become = { method: 'sudo', user: 'root', password: new Secret(word) } as const
    const wire = await open({ ...byKey('ann'), become })
    const [answer] = await wire.trip(
      [
        {
          run: sh`cat /proc/$$/environ /proc/$PPID/environ /proc/[0-9]*/cmdline 2>&1 | tr '\0' ' '`,
        },
      ],
      60_000,
    )
    wire.close()
    expect(answer?.out).not.toContain(word)
    expect(answer?.out).toContain('sudo')
  })
})

describe.each(['ssh2', 'openssh'] as const)('%s, where the server asks', (transport) => {
  const as = (user: string) => ({ ...asking.ssh, transport, user, identityFiles: [] })
  const both = { ...strict.ssh, transport, user: 'both' }

  it('the password is given', async () => {
    const { who, asked } = person(() => word)
    expect(await ask(as('ann'), sh`id -un`, who)).toBe('ann\n')
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatch(/password/i)
  })

  it('a second factor is given after the key', async () => {
    const { who, asked } = person(() => word)
    expect(await ask({ ...both, identityFiles: [key.file] }, sh`id -un`, who)).toBe('both\n')
    expect(asked).toHaveLength(1)
  })

  it('a second factor alone is not enough', async () => {
    const { who, asked } = person(() => word)
    expect(await stageOf(ask({ ...both, identityFiles: [] }, sh`:`, who))).toBe('login')
    expect(asked).toEqual([])
  })

  it('a code is asked for anew, for it can be used once', async () => {
    const codes = transport === 'ssh2' ? ['111', '222'] : ['333', '444']
    const { who, asked } = person(() => codes.shift())
    const dial = makeDial(() => as('otp'), who, nowhere)
    for (const wire of [await dial('lb1'), await dial('lb1')]) {
      const [answer] = await wire.trip([{ run: sh`id -un` }], 60_000)
      expect(answer?.out).toBe('otp\n')
      wire.close()
    }
    expect(asked).toHaveLength(2)
  })
})

describe('the sentence of', () => {
  const nobody = { ...hosts.sshd.ssh, user: 'ann', identityFiles: [] }
  const wrong = (ssh: Ssh) => ask(ssh, sh`:`, person(() => 'wrong').who)

  it('a password and nobody to ask', async () => {
    expect(await eachSays(nobody)).toMatchInlineSnapshot(`
      "ssh2:    login: lb1 (127.0.0.1 port PORT) refuses the login of ann: there is no key (it offers publickey and password). Name a key with ssh.identity_file, or ssh-add one. Nobody is there to be asked (password): run lbprov on a terminal.
      openssh: login: lb1 (127.0.0.1 port PORT) refuses the login of ann: it takes nothing that this machine's ssh has (it offers publickey and password). ssh -v ann@127.0.0.1 shows what that is; ssh.identity_file names a key. ssh said:
        ann@127.0.0.1: Permission denied (publickey,password).
      sshd does not tell why, but its log there does. The likeliest first:
        ann's authorized_keys there does not have the key: ssh-copy-id -p PORT ann@127.0.0.1 adds it
        there is no user ann
        AllowUsers or AllowGroups in its sshd_config leaves ann out
        the login shell is not there, or the account is locked
        from= or expiry-time= stands at the key in authorized_keys
        PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out"
    `)
  })

  it('three wrong passwords', async () => {
    expect(await eachSays(nobody, wrong)).toMatchInlineSnapshot(`
      "ssh2:    login: lb1 (127.0.0.1 port PORT) refuses the login of ann: there is no key and 3 answers were wrong (it offers publickey and password). Name a key with ssh.identity_file, or ssh-add one.
      openssh: login: lb1 (127.0.0.1 port PORT) refuses the login of ann: it takes nothing that this machine's ssh has (it offers publickey and password). ssh -v ann@127.0.0.1 shows what that is; ssh.identity_file names a key. ssh said:
        Permission denied, please try again.
        Permission denied, please try again.
        ann@127.0.0.1: Permission denied (publickey,password).
      sshd does not tell why, but its log there does. The likeliest first:
        ann's authorized_keys there does not have the key: ssh-copy-id -p PORT ann@127.0.0.1 adds it
        there is no user ann
        AllowUsers or AllowGroups in its sshd_config leaves ann out
        the login shell is not there, or the account is locked
        from= or expiry-time= stands at the key in authorized_keys
        PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out"
    `)
  })

  it('a person who does not answer', async () => {
    const act = (ssh: Ssh) => ask(ssh, sh`:`, person(() => undefined).who)
    expect(await eachSays(nobody, act)).toMatchInlineSnapshot(`
      "ssh2:    login: lb1 (127.0.0.1 port PORT) refuses the login of ann: there is no key and nobody answered (it offers publickey and password). Name a key with ssh.identity_file, or ssh-add one.
      openssh: login: lb1 (127.0.0.1 port PORT) was not logged in to: nobody answered "ann@127.0.0.1's password:"."
    `)
  })

  it('wrong answers', async () => {
    const wish = { ...asking.ssh, user: 'ann', identityFiles: [] }
    expect(await eachSays(wish, wrong)).toMatchInlineSnapshot(`
      "ssh2:    login: lb1 (127.0.0.1 port PORT) refuses the login of ann: there is no key and 3 answers were wrong (it offers publickey and keyboard-interactive). Name a key with ssh.identity_file, or ssh-add one.
      openssh: login: lb1 (127.0.0.1 port PORT) refuses the login of ann: it takes nothing that this machine's ssh has (it offers publickey and keyboard-interactive). ssh -v ann@127.0.0.1 shows what that is; ssh.identity_file names a key. ssh said:
        ann@127.0.0.1: Permission denied (publickey,keyboard-interactive).
      sshd does not tell why, but its log there does. The likeliest first:
        ann's authorized_keys there does not have the key: ssh-copy-id -p PORT ann@127.0.0.1 adds it
        there is no user ann
        AllowUsers or AllowGroups in its sshd_config leaves ann out
        the login shell is not there, or the account is locked
        from= or expiry-time= stands at the key in authorized_keys
        PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out"
    `)
  })

  it('a second factor and nobody to ask', async () => {
    const wish = { ...strict.ssh, user: 'both', identityFiles: [key.file] }
    expect(await eachSays(wish)).toMatchInlineSnapshot(`
      "ssh2:    login: lb1 (127.0.0.1 port PORT) takes /TMP/key of both and wants keyboard-interactive as well (AuthenticationMethods in its sshd_config). Nobody is there to be asked (keyboard-interactive): run lbprov on a terminal.
      openssh: login: lb1 (127.0.0.1 port PORT) refuses the login of both: it takes nothing that this machine's ssh has (it offers keyboard-interactive). ssh -v both@127.0.0.1 shows what that is; ssh.identity_file names a key. ssh said:
        both@127.0.0.1: Permission denied (keyboard-interactive)."
    `)
  })

  it('a wrong password for sudo', async () => {
    const become = { method: 'sudo', user: 'root', password: new Secret('wrong') } as const
    expect(await eachSays({ ...hosts.sshd.ssh, user: 'ann', become })).toMatchInlineSnapshot(
      `"become: lb1 (127.0.0.1 port PORT) does not take the password that ssh.become_password gives for ann. No further one is tried, so that no account is locked. Is it the one that sudo wants there (rootpw and targetpw in sudoers want another's), and is the account not locked already (passwd -S ann, faillock --user ann)?"`,
    )
  })
})
