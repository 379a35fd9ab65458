import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { Secret } from '../../src/secret.ts'
import type { Person } from '../../src/ssh/person.ts'
import type { Reach } from '../../src/ssh/reach.ts'
import { makeKey } from '../toy/keys.ts'
import { sshd } from '../toy/toy.ts'
import { failure, folder, toy } from './endings.ts'
import { agentWith, person } from './people.ts'
import { meansOf, reachOf, visit } from './reach-of.ts'

const keys = folder()
const known = makeKey(join(keys, 'known'))
const stranger = makeKey(join(keys, 'stranger'))
const sealed = makeKey(join(keys, 'sealed'), 'ed25519', 'open sesame')

// As PAM asks on any Linux, but for the delay after a wrong password.
const pam = `auth required pam_unix.so nodelay
account required pam_unix.so
session required pam_permit.so
`
const accounts = {
  ann: { password: 'correct horse' },
  ben: { password: 'correct horse', authorizedKeys: [known.publicKey, sealed.publicKey] },
}
const files = { '/etc/pam.d/sshd': pam }
const asks = 'UsePAM yes\nKbdInteractiveAuthentication yes\n'

const plain = await toy({ name: 'lb1', accounts, files, sshd: 'PasswordAuthentication yes' })
const pamHost = await toy({ name: 'lb1', accounts, files, sshd: asks })
const both = await toy({
  name: 'lb1',
  accounts,
  files,
  sshd: `${asks}AuthenticationMethods publickey,keyboard-interactive publickey,password\nPasswordAuthentication yes`,
})

const to = (
  host: typeof plain,
  user: string,
  identityFiles: readonly string[] = [],
  more: Partial<Reach> = {},
): Reach => reachOf({ ...host.ssh, user, identityFiles }, more)

const refusal = (reach: Reach, who?: Person): Promise<string> => failure(visit(reach, meansOf(who)))

describe('a password logs in', () => {
  it.each([
    ['where the host takes one', plain],
    ['where the host asks', pamHost],
  ])('%s', async (_, host) => {
    const { who, asked } = person('correct horse')
    await visit(to(host, 'ann'), meansOf(who))
    expect(asked).toEqual(['Password for ann, for all hosts that want one (lb1 is the first): '])
  })

  it('after a key that the host does not know', async () => {
    const { who } = person('correct horse')
    await visit(to(plain, 'ann', [stranger.file]), meansOf(who))
  })

  it('on many hosts at once, asked for once', async () => {
    const { who, asked } = person('correct horse')
    const means = meansOf(who)
    await Promise.all([
      visit(to(plain, 'ann'), means, 'lb1'),
      visit(to(pamHost, 'ann'), means, 'lb2'),
      visit(to(plain, 'ann'), means, 'lb3'),
    ])
    expect(asked).toHaveLength(1)
  })

  it.each([
    ['where the host takes one', plain],
    ['where the host asks', pamHost],
  ])('after a slip, %s', async (_, host) => {
    const { who, asked } = person('korrect horse', 'correct horse')
    await visit(to(host, 'ann'), meansOf(who))
    expect(asked).toEqual([
      'Password for ann, for all hosts that want one (lb1 is the first): ',
      'Password for ann (lb1 refuses the last one): ',
    ])
  })

  it('never where a key does, unless ssh_config puts it first', async () => {
    const { who, asked } = person('correct horse')
    await visit(to(pamHost, 'ben', [known.file]), meansOf(who))
    expect(asked).toEqual([])
    const logins = ['password', 'keyboard-interactive', 'publickey'] as const
    await visit(to(pamHost, 'ben', [known.file], { logins }), meansOf(who))
    expect(asked).toHaveLength(1)
  })
})

describe('a login of two steps', () => {
  it('a key and a password', async () => {
    const { who, asked } = person('correct horse')
    await visit(to(both, 'ben', [stranger.file, known.file]), meansOf(who))
    expect(asked).toHaveLength(1)
  })

  it('a key of the agent and a password, by the method that is allowed', async () => {
    const { socket } = await agentWith([stranger.file, known.file])
    for (const method of ['password', 'keyboard-interactive'] as const) {
      const { who, asked } = person('correct horse')
      const more = { agentSocket: socket, logins: ['publickey', method] as const }
      await visit(to(both, 'ben', [], more), meansOf(who))
      expect(asked).toHaveLength(1)
    }
  })

  it('is not taken with half of it', async () => {
    expect(await refusal(to(both, 'ben', [known.file]))).toMatchInlineSnapshot(
      `"login: lb1 (127.0.0.1 port PORT) takes /TMP/known of ben and wants password and keyboard-interactive as well (AuthenticationMethods in its sshd_config). Nobody is there to be asked (password or keyboard-interactive): run lbprov on a terminal."`,
    )
    const { who } = person('a', 'b', 'c')
    expect(await refusal(to(both, 'ben', [known.file]), who)).toMatchInlineSnapshot(
      `"login: lb1 (127.0.0.1 port PORT) takes /TMP/known of ben and wants password and keyboard-interactive as well (AuthenticationMethods in its sshd_config): 3 answers were wrong."`,
    )
  })
})

describe('a login by password is refused', () => {
  it('when nobody is there', async () => {
    expect(await refusal(to(plain, 'ann'))).toMatchInlineSnapshot(
      `"login: lb1 (127.0.0.1 port PORT) refuses the login of ann: there is no key (it offers publickey and password). Name a key with ssh.identity_file, or ssh-add one. Nobody is there to be asked (password): run lbprov on a terminal."`,
    )
    expect(await refusal(to(pamHost, 'ann', [stranger.file]))).toMatchInlineSnapshot(
      `
      "login: lb1 (127.0.0.1 port PORT) refuses the login of ann: it does not take /TMP/stranger (it offers publickey and keyboard-interactive). Nobody is there to be asked (keyboard-interactive): run lbprov on a terminal.
      sshd does not tell why, but its log there does. The likeliest first:
        ann's authorized_keys there does not have the key: ssh-copy-id -p PORT ann@127.0.0.1 adds it
        there is no user ann
        AllowUsers or AllowGroups in its sshd_config leaves ann out
        the login shell is not there, or the account is locked
        from= or expiry-time= stands at the key in authorized_keys
        PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out"
    `,
    )
  })

  it('when nobody answers', async () => {
    const { who } = person()
    expect(await refusal(to(plain, 'ann'), who)).toMatchInlineSnapshot(
      `"login: lb1 (127.0.0.1 port PORT) refuses the login of ann: there is no key and nobody answered (it offers publickey and password). Name a key with ssh.identity_file, or ssh-add one."`,
    )
  })

  it('after as many wrong ones as ssh_config says', async () => {
    for (const host of [plain, pamHost]) {
      const { who, asked } = person('a', 'b', 'c', 'd', 'e')
      const sentence = await refusal(to(host, 'ann', [], { numberOfPasswordPrompts: 2 }), who)
      expect(sentence).toContain('2 answers were wrong')
      expect(asked).toHaveLength(2)
    }
  })

  it('when ssh_config rules it out', async () => {
    const { who, asked } = person('correct horse')
    const only = to(plain, 'ann', [], { logins: ['publickey'] })
    expect(await refusal(only, who)).toMatchInlineSnapshot(
      `"login: lb1 (127.0.0.1 port PORT) refuses the login of ann: there is no key (it offers publickey and password). Name a key with ssh.identity_file, or ssh-add one. ssh_config (PreferredAuthentications and its like) rules out password."`,
    )
    expect(asked).toEqual([])
  })
})

describe('who is asked may think', () => {
  it('for longer than connect_timeout', async () => {
    const slow: Person = {
      askHidden: () =>
        new Promise((resolve) => setTimeout(resolve, 700, new Secret('correct horse'))),
      tell: () => undefined,
    }
    await visit(to(plain, 'ann', [], { connectTimeout: 0.5 }), meansOf(slow))
  })

  it('but for no longer than the host lets them', async () => {
    const hasty = await toy({
      accounts,
      files,
      sshd: 'PasswordAuthentication yes\nLoginGraceTime 1',
      // As a daemon starts it: it ends its own processes by their group.
      server: ['setsid', ...sshd],
    })
    const never: Person = { askHidden: () => new Promise(() => undefined), tell: () => undefined }
    expect(await refusal(to(hasty, 'ann'), never)).toMatchInlineSnapshot(
      `"login: lb1 (127.0.0.1 port PORT) hung up while an answer was waited for: LoginGraceTime in its sshd_config (two minutes by default) is how long a login may take. Run again and answer sooner, or put the key into ssh-agent first."`,
    )
    const agent = await agentWith([known.file], 'sleep 3; exit 1')
    const more = { agentSocket: agent.socket }
    expect(await refusal(to(hasty, 'ben', [], more))).toContain('LoginGraceTime')
  })

  it('before the host is spoken to, when nothing else would do', async () => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const seen: string[] = []
    server.on('connection', (socket) => {
      seen.push('connection')
      socket.destroy()
    })
    const who: Person = {
      askHidden: () => {
        seen.push('question')
        return Promise.resolve(undefined)
      },
      tell: () => undefined,
    }
    const { port } = server.address() as AddressInfo
    await refusal({ ...to(plain, 'ben', [sealed.file]), port }, who)
    expect(seen).toEqual(['question', 'connection'])
    server.close()
  })
})
