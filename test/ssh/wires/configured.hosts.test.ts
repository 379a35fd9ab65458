import { execFileSync, spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { sh } from '../../../src/sh/sh.ts'
import { readSshConfig } from '../../../src/ssh/config/read.ts'
import { makeDial, type Here } from '../../../src/ssh/dial.ts'
import { makeKey } from '../../toy/keys.ts'
import { atEnd, folder, nowhere, tidy, toy } from '../scene.ts'
import { startAgent } from './agents.ts'
import { ask, both, fails, remotes, until } from './wires.ts'

const place = folder()
const key = makeKey(join(place, 'key'))
const strangers = [1, 2, 3, 4, 5].map((n) => makeKey(join(place, `stranger${String(n)}`)).file)
const accounts = { root: { authorizedKeys: [key.publicKey] } }
const hosts = await both({ name: 'lb1', accounts })

/** This machine with an ssh_config of this text, and what is remarked about it. */
const withConfig = (text: string, more: Partial<Here> = {}) => {
  const file = join(folder(), 'config')
  writeFileSync(file, text)
  const said: string[] = []
  const config = readSshConfig({
    file,
    home: nowhere.home,
    user: 'root',
    localHost: 'here',
    env: { PATH: process.env.PATH },
  })
  const here: Here = {
    ...nowhere,
    config,
    sshConfigFiles: config.files,
    remark: (host, sentence) => said.push(tidy(`${host}: ${sentence}`)),
    ...more,
  }
  return { here, said }
}

describe.each(remotes)('$name', ({ transport, server }) => {
  const host = hosts[server]
  const wish = { ...host.ssh, transport, identityFiles: [] }

  it('is told by ssh_config where the host is, who logs in, and with which key', async () => {
    const { here } = withConfig(`Host front
  HostName ${host.ssh.host}
  Port ${String(host.port)}
  IdentityFile ${key.file}
  UserKnownHostsFile ${host.ssh.userKnownHostsFiles.join(' ')}
`)
    const unsaid = { ...wish, host: 'front', port: undefined, user: undefined }
    const bare = { ...unsaid, userKnownHostsFiles: [], strictHostKeyChecking: undefined }
    expect(await ask(bare, sh`id -un`, undefined, here)).toBe('root\n')
  })

  it('knows the host by its HostKeyAlias', async () => {
    const file = join(folder(), 'known_hosts')
    writeFileSync(file, `front ${host.hostKeys[0] ?? ''}\n`)
    const { here } = withConfig('Host *\n  HostKeyAlias front\n')
    const known = { ...wish, identityFiles: [key.file], userKnownHostsFiles: [file] }
    expect(await ask(known, sh`id -un`, undefined, here)).toBe('root\n')
    expect((await fails(ask(known))).stage).toBe('host key')
  })

  it('goes by a ProxyCommand', async () => {
    const { here } = withConfig('Host *\n  ProxyCommand busybox nc %h %p\n')
    const before = host.connections
    const to = { ...wish, identityFiles: [key.file], proxyJump: undefined }
    expect(await ask(to, sh`id -un`, undefined, here)).toBe('root\n')
    expect(host.connections).toBe(before + 1)
  })

  it('goes by a ProxyCommand in words that only the user’s own shell knows', async () => {
    const mark = join(folder(), 'mark')
    const words = `busybox nc %h %p 2> >(cat >${mark})`
    const env = { PATH: process.env.PATH, SHELL: '/bin/bash' }
    const { here } = withConfig(`Host *\n  ProxyCommand ${words}\n`, { env })
    const to = { ...wish, identityFiles: [key.file], proxyJump: undefined }
    expect(await ask(to, sh`id -un`, undefined, here)).toBe('root\n')
    expect(existsSync(mark)).toBe(true)
  })

  it('shows a host that counts only the key that it may', async () => {
    const strict = await toy({ accounts, sshd: 'MaxAuthTries 2' })
    const agentSocket = await startAgent([...strangers, key.file])
    const { here } = withConfig(`Host *\n  IdentitiesOnly yes\n  IdentityFile ${key.file}.pub\n`, {
      agentSocket,
    })
    const to = { ...strict.ssh, transport, identityFiles: [] }
    expect(await ask(to, sh`id -un`, undefined, here)).toBe('root\n')
  })

  it('is a new connection each time, whatever the user shares', async () => {
    const socket = join(folder(), 'master')
    const words = [
      ...['-F', 'none', '-N', '-M', '-S', socket, '-i', key.file, '-o', 'IdentitiesOnly=yes'],
      ...['-o', `UserKnownHostsFile=${host.ssh.userKnownHostsFiles.join(' ')}`],
      ...['-p', String(host.port), 'root@127.0.0.1'],
    ]
    const master = spawn('ssh', words, { stdio: 'ignore' })
    atEnd(() => master.kill())
    await until(() => existsSync(socket))
    const { here } = withConfig(
      `Host *\n  ControlMaster auto\n  ControlPath ${socket}\n  ControlPersist 60\n`,
    )
    const before = host.connections
    const dial = makeDial(() => ({ ...wish, identityFiles: [key.file] }), undefined, here)
    const wires = [await dial('lb1'), await dial('lb1')]
    // Each asks from a session of its own: the server's process above its shell is another.
    const answers = await Promise.all(
      wires.map((wire) => wire.trip([{ run: sh`ps -o ppid= -p $PPID; echo $PPID` }], 60_000)),
    )
    expect(new Set(answers.map(([answer]) => answer?.out)).size).toBe(2)
    expect(host.connections).toBe(before + 2)
    const open = host.open
    for (const wire of wires) wire.close()
    await until(() => host.open === open - 2)
    expect(existsSync(socket)).toBe(true)
    master.kill()
  })
})

describe('a certificate that only the agent holds', async () => {
  const apart = folder()
  const ca = makeKey(join(apart, 'ca'))
  const certified = makeKey(join(apart, 'certified'))
  const words = ['-q', '-s', ca.file, '-I', 'ann', '-n', 'root', `${certified.file}.pub`]
  execFileSync('ssh-keygen', words, { stdio: 'ignore' })
  const host = await toy({
    name: 'lb1',
    accounts,
    sshd: 'TrustedUserCAKeys /etc/ssh/ca.pub',
    files: { '/etc/ssh/ca.pub': `${ca.publicKey}\n` },
  })
  const wish = { ...host.ssh, identityFiles: [] }
  const stranger = strangers[0] ?? ''
  // ssh-add takes the certificate beside a key along with it.
  const alone = await startAgent([certified.file])
  const among = await startAgent([stranger, certified.file])
  const needless = await startAgent([key.file, certified.file])

  it.each([
    ['at once, where there is no other key', alone, 1],
    ['after the other keys, where none of them does', among, 2],
  ])('logs in by the system’s ssh: %s', async (_, agentSocket, attempts) => {
    const { here, said } = withConfig('', { agentSocket })
    const dial = makeDial(() => wish, undefined, here)
    const before = host.connections
    for (const more of [attempts, 1]) {
      const seen = host.connections
      const wire = await dial('lb1')
      const [answer] = await wire.trip([{ run: sh`id -un` }], 60_000)
      expect(answer?.out).toBe('root\n')
      wire.close()
      expect(host.connections - seen).toBe(more)
    }
    expect(host.connections - before).toBe(attempts + 1)
    expect(said).toEqual([
      `lb1: reached by the system's ssh: the agent's "toy ed25519" is a certificate`,
    ])
  })

  it('is not needed where a plain key does', async () => {
    const { here, said } = withConfig('', { agentSocket: needless })
    expect(await ask(wish, sh`id -un`, undefined, here)).toBe('root\n')
    expect(said).toEqual([])
  })

  it('is none where only named keys may be shown', async () => {
    const config = `IdentitiesOnly yes\nIdentityFile ${stranger}\n`
    const { here, said } = withConfig(config, { agentSocket: alone })
    expect((await fails(ask(wish, sh`id -un`, undefined, here))).stage).toBe('login')
    expect(said).toEqual([])
  })

  it('is not shown by ssh2, and ssh-copy-id is not the advice', async () => {
    const { here } = withConfig('', { agentSocket: among })
    const { message } = await fails(
      ask({ ...wish, transport: 'ssh2' }, sh`id -un`, undefined, here),
    )
    expect(tidy(message)).toMatchInlineSnapshot(`
      "lb1 (127.0.0.1 port PORT) refuses the login of root: it does not take the agent's "toy ed25519" or the agent's "toy ed25519" (it offers publickey). The system's ssh has more to show: ssh.transport: openssh.
      Not tried:
        the agent's "toy ed25519": a certificate, which only the system's ssh can show: ssh.transport: openssh"
    `)
  })
})

describe('a certificate of a user', async () => {
  const ca = makeKey(join(place, 'ca'))
  const certified = makeKey(join(place, 'certified'))
  const words = ['-q', '-s', ca.file, '-I', 'ann', '-n', 'root', `${certified.file}.pub`]
  execFileSync('ssh-keygen', words, { stdio: 'ignore' })
  const host = await toy({
    name: 'lb1',
    sshd: 'TrustedUserCAKeys /etc/ssh/ca.pub',
    files: { '/etc/ssh/ca.pub': `${ca.publicKey}\n` },
  })
  const wish = { ...host.ssh, identityFiles: [certified.file] }

  it('logs in by the system’s ssh', async () => {
    expect(await ask({ ...wish, transport: 'openssh' })).toBe('root\n')
  })

  it('makes lbprov take the system’s ssh by itself, and say so', async () => {
    const { here, said } = withConfig('')
    expect(await ask({ ...wish, transport: undefined }, sh`id -un`, undefined, here)).toBe('root\n')
    expect(said).toMatchInlineSnapshot(`
      [
        "lb1: reached by the system's ssh: there is a certificate, /TMP/certified-cert.pub",
      ]
    `)
  })

  it('is found by CertificateFile too', async () => {
    const moved = join(folder(), 'ann-cert.pub')
    execFileSync('mv', [`${certified.file}-cert.pub`, moved])
    const { here, said } = withConfig(`Host *\n  CertificateFile ${moved}\n`)
    expect(await ask({ ...wish, transport: undefined }, sh`id -un`, undefined, here)).toBe('root\n')
    expect(said).toMatchInlineSnapshot(`
      [
        "lb1: reached by the system's ssh: the ssh_config for it asks for CertificateFile (/TMP/config:2)",
      ]
    `)
    execFileSync('mv', [moved, `${certified.file}-cert.pub`])
  })

  it('is not shown by ssh2, which says who can', async () => {
    const { stage, message } = await fails(ask({ ...wish, transport: 'ssh2' }))
    expect(tidy(`${stage}: ${message}`)).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) refuses the login of root: it does not take /TMP/certified (it offers publickey). The system's ssh has more to show: ssh.transport: openssh.
      Not tried:
        /TMP/certified-cert.pub: a certificate, which only the system's ssh can show: ssh.transport: openssh"
    `)
    expect(message).toContain('ssh.transport: openssh')
  })
})
