import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import type { Ssh } from '../../../src/inventory/cluster.ts'
import { makeDial } from '../../../src/ssh/dial.ts'
import { sh } from '../../../src/sh/sh.ts'
import { folder, nowhere, toy } from '../scene.ts'
import { startAgent } from './agents.ts'
import { ask, both, eachSays, keygen, person, remotes, stageOf } from './wires.ts'

const place = folder()
const sealed = 'open sesame'
const make = (name: string, words: readonly string[], passphrase?: string) =>
  keygen(join(place, name), words, passphrase)

const plain = {
  ed25519: make('ed25519', ['-t', 'ed25519']),
  'ecdsa 256': make('ecdsa256', ['-t', 'ecdsa', '-b', '256']),
  'ecdsa 384': make('ecdsa384', ['-t', 'ecdsa', '-b', '384']),
  'ecdsa 521': make('ecdsa521', ['-t', 'ecdsa', '-b', '521']),
  rsa: make('rsa', ['-t', 'rsa', '-b', '2048']),
}
const encrypted = {
  'ed25519 in the format of OpenSSH': make('s1', ['-t', 'ed25519'], sealed),
  'ecdsa in the format of OpenSSH': make('s2', ['-t', 'ecdsa'], sealed),
  'rsa in the format of OpenSSH': make('s3', ['-t', 'rsa', '-b', '2048'], sealed),
  'rsa in PEM': make('s4', ['-t', 'rsa', '-b', '2048', '-m', 'PEM'], sealed),
  'ecdsa in PEM': make('s5', ['-t', 'ecdsa', '-m', 'PEM'], sealed),
}
const strangers = [1, 2, 3, 4, 5, 6, 7].map((n) => make(`stranger${String(n)}`, ['-t', 'ed25519']))
const stranger = strangers[0]?.file ?? ''
const authorizedKeys = [...Object.values(plain), ...Object.values(encrypted)].map(
  ({ publicKey }) => publicKey,
)
const hosts = await both({ name: 'lb1', accounts: { root: { authorizedKeys } } })
const choosy = await toy({
  accounts: { root: { authorizedKeys } },
  sshd: 'MaxAuthTries 3',
})

describe.each(remotes)('$name', ({ transport, server }) => {
  const wish = (...identityFiles: readonly string[]) => ({
    ...hosts[server].ssh,
    transport,
    identityFiles,
  })

  it.each(Object.entries(plain))('a key logs in: %s', async (_, { file }) => {
    expect(await ask(wish(file))).toBe('root\n')
  })

  it('the second key logs in, after one that the host does not know', async () => {
    expect(await ask(wish(stranger, plain.rsa.file))).toBe('root\n')
  })

  // The system's ssh knows its user's home by itself, whatever HOME says.
  it.runIf(transport === 'ssh2')(
    'a key logs in from where OpenSSH looks when none is named',
    async () => {
      const home = folder()
      mkdirSync(join(home, '.ssh'), { mode: 0o700 })
      copyFileSync(plain['ecdsa 256'].file, join(home, '.ssh/id_ecdsa'))
      expect(await ask(wish(), sh`id -un`, undefined, { ...nowhere, home })).toBe('root\n')
    },
  )

  it.each(Object.entries(encrypted))('an encrypted key logs in: %s', async (_, { file }) => {
    const { who, asked } = person(() => sealed)
    expect(await ask(wish(file), sh`id -un`, who)).toBe('root\n')
    expect(asked).toHaveLength(1)
    expect(asked[0]).toContain('/TMP/s')
  })

  it('its passphrase is asked once for two hosts, and for a second connection', async () => {
    const { file } = encrypted['ed25519 in the format of OpenSSH']
    const { who, asked } = person(() => sealed)
    const dial = makeDial(() => wish(file), who, nowhere)
    const wires = await Promise.all(['lb1', 'lb2'].map((name) => dial(name)))
    wires.push(await dial('lb1'))
    const answers = await Promise.all(wires.map((wire) => wire.trip([{ run: sh`id -un` }], 60_000)))
    for (const wire of wires) wire.close()
    expect(answers.map(([answer]) => answer?.out)).toEqual(['root\n', 'root\n', 'root\n'])
    expect(asked).toHaveLength(1)
  })

  it('its passphrase is asked again after a slip', async () => {
    const { file } = encrypted['rsa in PEM']
    const { who, asked } = person((_, n) => (n === 1 ? 'open barley' : sealed))
    expect(await ask(wish(file), sh`id -un`, who)).toBe('root\n')
    expect(asked).toHaveLength(2)
  })

  it('an encrypted key is of no use when nobody is there, or nobody answers', async () => {
    const { file } = encrypted['ed25519 in the format of OpenSSH']
    expect(await stageOf(ask(wish(file)))).toBe('login')
    expect(await stageOf(ask(wish(file), sh`:`, person(() => undefined).who))).toBe('login')
  })

  it('an encrypted key keeps nobody from logging in by another', async () => {
    const { who, asked } = person(() => undefined)
    const files = [encrypted['rsa in PEM'].file, plain.ed25519.file]
    expect(await ask(wish(...files), sh`id -un`, who)).toBe('root\n')
    // The system's ssh goes by the order; ssh2 takes first what needs nobody.
    expect(asked).toHaveLength(transport === 'ssh2' ? 0 : 1)
  })

  it('the agent logs in', async () => {
    const agentSocket = await startAgent([stranger, plain['ecdsa 384'].file])
    const here = { ...nowhere, agentSocket }
    expect(await ask(wish(), sh`id -un`, undefined, here)).toBe('root\n')
  })

  it('the agent logs in with the key that a public file names', async () => {
    const agentSocket = await startAgent([stranger, plain.rsa.file])
    const here = { ...nowhere, agentSocket }
    const file = join(folder(), 'only.pub')
    copyFileSync(`${plain.rsa.file}.pub`, file)
    expect(await ask(wish(file), sh`id -un`, undefined, here)).toBe('root\n')
  })

  it('an agent that asks for each use logs in when the answer is yes', async () => {
    const agentSocket = await startAgent([plain.ed25519.file], 'yes')
    expect(await ask(wish(), sh`id -un`, undefined, { ...nowhere, agentSocket })).toBe('root\n')
  })

  it('an agent that asks for each use does not when the answer is no', async () => {
    const agentSocket = await startAgent([plain.ed25519.file], 'no')
    expect(await stageOf(ask(wish(), sh`:`, undefined, { ...nowhere, agentSocket }))).toBe('login')
  })

  it('a key named in the inventory is tried before the many of the agent', async () => {
    const agentSocket = await startAgent(strangers.map(({ file }) => file))
    const to = { ...choosy.ssh, transport, identityFiles: [plain.rsa.file] }
    expect(await ask(to, sh`id -un`, undefined, { ...nowhere, agentSocket })).toBe('root\n')
  })

  it('a key that the host does not know is refused', async () => {
    expect(await stageOf(ask(wish(stranger)))).toBe('login')
    expect(await stageOf(ask(wish(join(place, 'missing'))))).toBe('login')
    expect(await stageOf(ask(wish()))).toBe('login')
    expect(await stageOf(ask({ ...wish(plain.rsa.file), user: 'nobody9' }))).toBe('login')
  })
})

describe('the sentence of', () => {
  const wish = (...identityFiles: readonly string[]) => ({ ...hosts.sshd.ssh, identityFiles })

  it('a key that the host does not know', async () => {
    expect(await eachSays(wish(stranger))).toMatchInlineSnapshot(`
      "ssh2:    login: lb1 (127.0.0.1 port PORT) refuses the login of root: it does not take /TMP/stranger1 (it offers publickey).
      sshd does not tell why, but its log there does. The likeliest first:
        PermitRootLogin in its sshd_config keeps root out
        root's authorized_keys there does not have the key: it takes keys only, so add it on its console
        AllowUsers or AllowGroups in its sshd_config leaves root out
        the login shell is not there, or the account is locked
        from= or expiry-time= stands at the key in authorized_keys
        PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out
      openssh: login: lb1 (127.0.0.1 port PORT) refuses the login of root: it takes nothing that this machine's ssh has (it offers publickey). ssh -v root@127.0.0.1 shows what that is; ssh.identity_file names a key. ssh said:
        root@127.0.0.1: Permission denied (publickey).
      sshd does not tell why, but its log there does. The likeliest first:
        PermitRootLogin in its sshd_config keeps root out
        root's authorized_keys there does not have the key: it takes keys only, so add it on its console
        AllowUsers or AllowGroups in its sshd_config leaves root out
        the login shell is not there, or the account is locked
        from= or expiry-time= stands at the key in authorized_keys
        PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out"
    `)
  })

  it('no key at all', async () => {
    expect(await eachSays(wish())).toMatchInlineSnapshot(`
      "ssh2:    login: lb1 (127.0.0.1 port PORT) refuses the login of root: there is no key (it offers publickey). Name a key with ssh.identity_file, or ssh-add one.
      openssh: login: lb1 (127.0.0.1 port PORT) refuses the login of root: it takes nothing that this machine's ssh has (it offers publickey). ssh -v root@127.0.0.1 shows what that is; ssh.identity_file names a key. ssh said:
        root@127.0.0.1: Permission denied (publickey).
      sshd does not tell why, but its log there does. The likeliest first:
        PermitRootLogin in its sshd_config keeps root out
        root's authorized_keys there does not have the key: it takes keys only, so add it on its console
        AllowUsers or AllowGroups in its sshd_config leaves root out
        the login shell is not there, or the account is locked
        from= or expiry-time= stands at the key in authorized_keys
        PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out"
    `)
  })

  it('a key file that is not there', async () => {
    expect(await eachSays(wish(join(place, 'missing')))).toMatchInlineSnapshot(`
      "ssh2:    login: lb1 (127.0.0.1 port PORT) refuses the login of root: no key could be used (it offers publickey). Name a key with ssh.identity_file, or ssh-add one.
      Not tried:
        /TMP/missing: there is no such file
      openssh: login: lb1 (127.0.0.1 port PORT) refuses the login of root: it takes nothing that this machine's ssh has (it offers publickey). ssh -v root@127.0.0.1 shows what that is; ssh.identity_file names a key. ssh said:
        no such identity: /TMP/missing: No such file or directory
        root@127.0.0.1: Permission denied (publickey).
      sshd does not tell why, but its log there does. The likeliest first:
        PermitRootLogin in its sshd_config keeps root out
        root's authorized_keys there does not have the key: it takes keys only, so add it on its console
        AllowUsers or AllowGroups in its sshd_config leaves root out
        the login shell is not there, or the account is locked
        from= or expiry-time= stands at the key in authorized_keys
        PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out"
    `)
  })

  it('an encrypted key without anybody to ask', async () => {
    const { file } = encrypted['ed25519 in the format of OpenSSH']
    expect(await eachSays(wish(file))).toMatchInlineSnapshot(`
      "ssh2:    login: lb1 (127.0.0.1 port PORT) refuses the login of root: no key could be used (it offers publickey). Name a key with ssh.identity_file, or ssh-add one.
      Not tried:
        /TMP/s1: it is encrypted and nobody is there to give its passphrase; ssh-add /TMP/s1 puts it into the agent
      openssh: login: lb1 (127.0.0.1 port PORT) refuses the login of root: it takes nothing that this machine's ssh has (it offers publickey). ssh -v root@127.0.0.1 shows what that is; ssh.identity_file names a key. ssh said:
        root@127.0.0.1: Permission denied (publickey).
      sshd does not tell why, but its log there does. The likeliest first:
        PermitRootLogin in its sshd_config keeps root out
        root's authorized_keys there does not have the key: it takes keys only, so add it on its console
        AllowUsers or AllowGroups in its sshd_config leaves root out
        the login shell is not there, or the account is locked
        from= or expiry-time= stands at the key in authorized_keys
        PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out"
    `)
  })

  it('three wrong passphrases', async () => {
    const { file } = encrypted['ed25519 in the format of OpenSSH']
    const act = (ssh: Ssh) => ask(ssh, sh`:`, person(() => 'barley').who)
    expect(await eachSays(wish(file), act)).toMatchInlineSnapshot(`
      "ssh2:    login: lb1 (127.0.0.1 port PORT) refuses the login of root: no key could be used (it offers publickey). Name a key with ssh.identity_file, or ssh-add one.
      Not tried:
        /TMP/s1: three wrong passphrases
      openssh: login: lb1 (127.0.0.1 port PORT) refuses the login of root: it takes nothing that this machine's ssh has (it offers publickey). ssh -v root@127.0.0.1 shows what that is; ssh.identity_file names a key. ssh said:
        root@127.0.0.1: Permission denied (publickey).
      sshd does not tell why, but its log there does. The likeliest first:
        PermitRootLogin in its sshd_config keeps root out
        root's authorized_keys there does not have the key: it takes keys only, so add it on its console
        AllowUsers or AllowGroups in its sshd_config leaves root out
        the login shell is not there, or the account is locked
        from= or expiry-time= stands at the key in authorized_keys
        PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out"
    `)
  })

  it('too many keys', async () => {
    const files = strangers.map(({ file }) => file)
    expect(await eachSays({ ...choosy.ssh, identityFiles: files })).toMatchInlineSnapshot(`
      "ssh2:    login: lb1 (127.0.0.1 port PORT) refuses the login of root: Too many authentication failures. It was shown /TMP/stranger1, /TMP/stranger2 and /TMP/stranger3. Name the right key with ssh.identity_file.
      openssh: login: lb1 (127.0.0.1 port PORT) refuses the login of root: it takes nothing that this machine's ssh has. ssh -v root@127.0.0.1 shows what that is; ssh.identity_file names a key. ssh said:
        Received disconnect from 127.0.0.1 port PORT:2: Too many authentication failures
        Disconnected from 127.0.0.1 port PORT"
    `)
  })

  it('an agent whose person says no', async () => {
    const agentSocket = await startAgent([plain.ed25519.file], 'no')
    const here = { ...nowhere, agentSocket }
    expect(await eachSays(wish(), (ssh) => ask(ssh, sh`:`, undefined, here)))
      .toMatchInlineSnapshot(`
        "ssh2:    login: lb1 (127.0.0.1 port PORT) refuses the login of root: no key could be used (it offers publickey). Name a key with ssh.identity_file, or ssh-add one.
        Not tried:
          the agent's "toy": the host would take it, but the agent does not sign with it (it says no); where it asks first (ssh-add -c), somebody has to say yes
        openssh: login: lb1 (127.0.0.1 port PORT) refuses the login of root: it takes nothing that this machine's ssh has (it offers publickey). ssh -v root@127.0.0.1 shows what that is; ssh.identity_file names a key. ssh said:
          sign_and_send_pubkey: signing failed for ED25519 "toy" from agent: agent refused operation
          root@127.0.0.1: Permission denied (publickey).
        sshd does not tell why, but its log there does. The likeliest first:
          PermitRootLogin in its sshd_config keeps root out
          root's authorized_keys there does not have the key: it takes keys only, so add it on its console
          AllowUsers or AllowGroups in its sshd_config leaves root out
          the login shell is not there, or the account is locked
          from= or expiry-time= stands at the key in authorized_keys
          PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out"
      `)
  })
})
