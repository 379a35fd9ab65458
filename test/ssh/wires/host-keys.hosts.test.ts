import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { readSshConfig } from '../../../src/ssh/config/read.ts'
import { makeDial } from '../../../src/ssh/dial.ts'
import { sh } from '../../../src/sh/sh.ts'
import { makeKey } from '../../toy/keys.ts'
import type { Toy } from '../../toy/toy.ts'
import { folder, nowhere, tidy, toy } from '../scene.ts'
import { ask, both, eachSays, fails, remotes, stageOf } from './wires.ts'

const hosts = await both({ name: 'lb1', hostKeys: ['rsa', 'ecdsa', 'ed25519'] })
const bare = await both({ name: 'lb1', hostKeys: ['ed25519'] })
const place = folder()
const other = makeKey(join(place, 'other')).publicKey
const otherEcdsa = makeKey(join(place, 'ecdsa'), 'ecdsa').publicKey

const nameOf = (host: Toy): string => `[127.0.0.1]:${String(host.port)}`
const keysOf = (host: Toy) => {
  const [rsa = '', ecdsa = '', ed25519 = ''] = host.hostKeys
  return { rsa, ecdsa, ed25519 }
}
const known = (...lines: readonly string[]): string => {
  const file = join(folder(), 'known_hosts')
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
  return file
}

describe.each(remotes)('$name', ({ transport, server }) => {
  const host = hosts[server]
  const name = nameOf(host)
  const { rsa, ecdsa, ed25519 } = keysOf(host)
  const knowing = (...lines: readonly string[]) => ({
    ...host.ssh,
    transport,
    userKnownHostsFiles: [known(...lines)],
  })

  it.each([
    ['its ed25519 key', `${name} ${ed25519}`],
    ['its ecdsa key alone, though it has others', `${name} ${ecdsa}`],
    ['its rsa key alone, though it has others', `${name} ${rsa}`],
    ['a pattern', `[127.0.0.*]:* ${ecdsa}`],
    ['a list of names', `lb9,${name},10.* ${ed25519}`],
    ['one of several keys', `${name} ${other}\n${name} ${ed25519}`],
  ])('a host is believed by %s', async (_, line) => {
    expect(await ask(knowing(line))).toBe('root\n')
  })

  it('a host is believed by a hashed name', async () => {
    const wish = knowing(`lb9 ${other}`, `${name} ${ecdsa}`)
    execFileSync('ssh-keygen', ['-H', '-f', wish.userKnownHostsFiles[0] ?? ''], { stdio: 'ignore' })
    expect(readFileSync(wish.userKnownHostsFiles[0] ?? '', 'utf8')).not.toContain('127.0.0.1')
    expect(await ask(wish)).toBe('root\n')
  })

  it('a host is believed by a second file, and by the one for all users', async () => {
    const files = [join(place, 'missing'), ...host.ssh.userKnownHostsFiles]
    expect(await ask({ ...host.ssh, transport, userKnownHostsFiles: files })).toBe('root\n')
    const file = join(folder(), 'config')
    writeFileSync(file, `GlobalKnownHostsFile ${host.ssh.userKnownHostsFiles.join(' ')}\n`)
    const env = { PATH: process.env.PATH }
    const config = readSshConfig({ file, home: '/root', user: 'root', localHost: 'here', env })
    expect(await ask(knowing(), sh`id -un`, undefined, { ...nowhere, config })).toBe('root\n')
  })

  it.each([
    ['nobody knows it', '# nobody'],
    ['its key has changed', `${name} ${other}`],
    ['its key is revoked', `${name} ${ed25519}\n@revoked * ${ed25519}`],
    ['its name is denied', `[127.0.0.*]:*,!${name} ${ed25519}`],
    ['only another port of it is known', `[127.0.0.1]:1 ${ed25519}`],
    ['only another authority knows it', `@cert-authority * ${other}`],
  ])('a host is not believed when %s', async (_, line) => {
    expect(await stageOf(ask(knowing(line)))).toBe('host key')
  })

  it('a host is not believed when it has no key of the type that is known', async () => {
    const lone = bare[server]
    const file = known(`${nameOf(lone)} ${otherEcdsa}`)
    const wish = { ...lone.ssh, transport, userKnownHostsFiles: [file] }
    expect(await stageOf(ask(wish))).toBe('host key')
    expect(await stageOf(ask({ ...wish, strictHostKeyChecking: 'accept-new' }))).toBe('host key')
  })

  it('nothing is written down of a host that is not believed', async () => {
    const wish = knowing(`${name} ${other}`)
    const before = readFileSync(wish.userKnownHostsFiles[0] ?? '', 'utf8')
    expect(await stageOf(ask(wish))).toBe('host key')
    expect(await stageOf(ask({ ...wish, strictHostKeyChecking: 'accept-new' }))).toBe('host key')
    expect(readFileSync(wish.userKnownHostsFiles[0] ?? '', 'utf8')).toBe(before)
  })

  it.each([
    ['writes a new key down, and knows it from then on', 'known_hosts'],
    ['makes the folder of known_hosts', '.ssh/known_hosts'],
  ])('accept-new %s', async (_, path) => {
    const file = join(folder(), path)
    const wish = {
      ...host.ssh,
      transport,
      userKnownHostsFiles: [file],
      strictHostKeyChecking: 'accept-new' as const,
    }
    const dial = makeDial(() => wish, undefined, nowhere)
    const wires = await Promise.all(['lb1', 'lb2', 'rs1'].map((each) => dial(each)))
    const answers = await Promise.all(wires.map((wire) => wire.trip([{ run: sh`:` }], 60_000)))
    expect(answers.map(([answer]) => answer?.exit)).toEqual([0, 0, 0])
    for (const wire of wires) wire.close()
    // Three ssh that meet the host at the same moment know nothing of each other, and each writes its line.
    const lines = readFileSync(file, 'utf8').split('\n')
    expect(transport === 'ssh2' ? lines : [...new Set(lines)]).toEqual([`${name} ${ed25519}`, ''])
    expect(await ask({ ...wish, strictHostKeyChecking: 'yes' })).toBe('root\n')
  })
})

describe('the sentence of', () => {
  const host = hosts.sshd
  const name = nameOf(host)
  const { ed25519 } = keysOf(host)
  const knowing = (...lines: readonly string[]) => ({
    ...host.ssh,
    userKnownHostsFiles: [known(...lines)],
  })

  it('a host that nobody knows', async () => {
    expect(await eachSays(knowing())).toMatchInlineSnapshot(`
      "ssh2:    host key: lb1 (127.0.0.1 port PORT) shows the ED25519 key SHA256:…, which no known_hosts file holds. If ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub on its own console prints the same, add this line to /TMP/known_hosts:
      [127.0.0.1]:PORT ssh-ed25519 AAAA…
      openssh: host key: lb1 (127.0.0.1 port PORT) shows an ED25519 key, which no known_hosts file holds. Compare what these two print, here and on its own console, and add the line to /TMP/known_hosts for [127.0.0.1]:PORT:
      ssh-keyscan -t ed25519 -p PORT 127.0.0.1
      cat /etc/ssh/ssh_host_ed25519_key.pub"
    `)
  })

  it('a key that has changed', async () => {
    expect(await eachSays(knowing('# mine', `${name} ${other}`))).toMatchInlineSnapshot(`
      "ssh2:    host key: lb1 (127.0.0.1 port PORT) shows the ED25519 key SHA256:…, while /TMP/known_hosts:2 holds SHA256:…. Somebody may stand between; if the host was installed anew, forget the old key and run again:
      ssh-keygen -R '[127.0.0.1]:PORT' -f /TMP/known_hosts
      openssh: host key: lb1 (127.0.0.1 port PORT) shows the ED25519 key SHA256:…, while /TMP/known_hosts:2 holds another. Somebody may stand between; if the host was installed anew, forget the old key and run again:
      ssh-keygen -R '[127.0.0.1]:PORT' -f /TMP/known_hosts"
    `)
  })

  it('a key that is revoked', async () => {
    const lines = [`${name} ${ed25519}`, `@revoked * ${ed25519}`]
    expect(await eachSays(knowing(...lines))).toMatchInlineSnapshot(`
      "ssh2:    host key: lb1 (127.0.0.1 port PORT) shows the ED25519 key SHA256:…, which /TMP/known_hosts:2 has revoked. Give the host a new key: ssh-keygen -A makes those that are missing.
      openssh: host key: lb1 (127.0.0.1 port PORT) shows a key that is marked as revoked. Give the host a new key: ssh-keygen -A makes those that are missing. ssh said:
        …
        @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
        The ED25519 host key for [127.0.0.1]:PORT is marked as revoked.
        This could mean that a stolen key is being used to
        impersonate this host.
        ED25519 host key for [127.0.0.1]:PORT was revoked and you have requested strict checking.
        Host key verification failed."
    `)
  })

  it('a key of another type than the one that is known', async () => {
    const lone = bare.sshd
    const wish = { ...lone.ssh, userKnownHostsFiles: [known(`${nameOf(lone)} ${otherEcdsa}`)] }
    expect(await eachSays(wish)).toMatchInlineSnapshot(`
      "ssh2:    host key: lb1 (127.0.0.1 port PORT) shows the ED25519 key SHA256:…, though /TMP/known_hosts:1 holds an ECDSA key, which it was asked for first. Somebody may stand between; if the host was installed anew, forget the old key and run again:
      ssh-keygen -R '[127.0.0.1]:PORT' -f /TMP/known_hosts
      openssh: host key: lb1 (127.0.0.1 port PORT) shows the ED25519 key SHA256:…, while /TMP/known_hosts:1 holds another. Somebody may stand between; if the host was installed anew, forget the old key and run again:
      ssh-keygen -R '[127.0.0.1]:PORT' -f /TMP/known_hosts"
    `)
  })
})

describe('a certificate of a host', async () => {
  const certified = await toy({
    name: 'lb1',
    sshd: 'HostCertificate /etc/ssh/toy_ed25519-cert.pub',
  })
  const ca = makeKey(join(place, 'ca'))
  const pub = join(place, 'host.pub')
  writeFileSync(pub, `${certified.hostKeys[0] ?? ''}\n`)
  const sign = (principal: string): void => {
    const words = ['-q', '-s', ca.file, '-h', '-I', 'lb1', '-n', principal, pub]
    execFileSync('ssh-keygen', words, { stdio: 'ignore' })
    certified.write(
      '/etc/ssh/toy_ed25519-cert.pub',
      readFileSync(join(place, 'host-cert.pub'), 'utf8'),
    )
  }
  sign('127.0.0.1')
  const name = nameOf(certified)
  const wish = {
    ...certified.ssh,
    userKnownHostsFiles: [known(`@cert-authority ${name},127.0.0.1 ${ca.publicKey}`)],
  }

  it('is believed by the system’s ssh', async () => {
    expect(await ask({ ...wish, transport: 'openssh' })).toBe('root\n')
  })

  it('makes lbprov take the system’s ssh by itself, and say so', async () => {
    const said: string[] = []
    const here = { ...nowhere, remark: (who: string, text: string) => said.push(`${who}: ${text}`) }
    expect(await ask({ ...wish, transport: undefined }, sh`id -un`, undefined, here)).toBe('root\n')
    expect(said.map(tidy)).toMatchInlineSnapshot(`
      [
        "lb1: reached by the system's ssh: 127.0.0.1 is known by a certificate authority alone (/TMP/known_hosts:1, @cert-authority)",
      ]
    `)
  })

  it('is not read by ssh2, which says who can', async () => {
    const { stage, message } = await fails(ask({ ...wish, transport: 'ssh2' }))
    expect(tidy(`${stage}: ${message}`)).toMatchInlineSnapshot(`
      "host key: lb1 (127.0.0.1 port PORT) shows the ED25519 key SHA256:…, which only /TMP/known_hosts:1 could vouch for, by a certificate (@cert-authority): ssh.transport: openssh checks those. If ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub on its own console prints the same, add this line to /TMP/known_hosts:
      [127.0.0.1]:PORT ssh-ed25519 AAAA…"
    `)
    expect(message).toContain('ssh.transport: openssh')
  })

  it('is not believed of another name', async () => {
    sign('lb9.example.net')
    expect(await stageOf(ask({ ...wish, transport: 'openssh' }))).toBe('host key')
  })
})
