import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { makeDial } from '../../src/ssh/dial.ts'
import { makeKey } from '../toy/keys.ts'
import { dialTo, failure, folder, nowhere, say, tidy, toy } from './scene.ts'

const host = await toy({ hostKeys: ['rsa', 'ecdsa', 'ed25519'] })
const [rsa, ecdsa, ed25519] = host.hostKeys as [string, string, string]
const name = `[127.0.0.1]:${String(host.port)}`
const keys = folder()
const other = makeKey(join(keys, 'other')).publicKey
const otherRsa = makeKey(join(keys, 'rsa'), 'rsa').publicKey

/** The wish with a known_hosts of these lines. */
const knowing = (...lines: readonly string[]) => {
  const file = join(folder(), 'known_hosts')
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
  return { ...host.ssh, userKnownHostsFiles: [file] }
}

describe('a host is believed', () => {
  it.each([
    ['by its ed25519 key', `${name} ${ed25519}`],
    ['by its ecdsa key', `${name} ${ecdsa}`],
    ['by its rsa key', `${name} ${rsa}`],
    ['by its bare name', `127.0.0.1 ${rsa}`],
    ['by a pattern', `[127.0.0.*]:* ${ecdsa}`],
  ])('%s', async (_, line) => {
    expect(await say(knowing(line))).toBe('root\n')
  })

  it('by a hashed name', async () => {
    const wish = knowing(`${name} ${ed25519}`)
    execFileSync('ssh-keygen', ['-H', '-f', wish.userKnownHostsFiles[0] ?? ''], { stdio: 'ignore' })
    expect(await say(wish)).toBe('root\n')
  })

  it('by the second file, and by the one for all users', async () => {
    const files = [join(keys, 'missing'), ...host.ssh.userKnownHostsFiles]
    expect(await say({ ...host.ssh, userKnownHostsFiles: files })).toBe('root\n')
    const here = { ...nowhere, globalKnownHostsFiles: host.ssh.userKnownHostsFiles }
    const wire = await dialTo({ ...host.ssh, userKnownHostsFiles: [] }, undefined, here)
    wire.close()
  })
})

describe('a host is not believed', () => {
  it('when nobody knows it', async () => {
    expect(await failure(dialTo(knowing()))).toMatchInlineSnapshot(`
      "host key: lb1 (127.0.0.1 port PORT) shows the ED25519 key SHA256:…, which no known_hosts file holds. If ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub on its own console prints the same, add this line to /TMP/known_hosts:
      [127.0.0.1]:PORT ssh-ed25519 AAAA…"
    `)
  })

  it('when its key has changed', async () => {
    expect(await failure(dialTo(knowing('# mine', `${name} ${other}`)))).toMatchInlineSnapshot(`
      "host key: lb1 (127.0.0.1 port PORT) shows the ED25519 key SHA256:…, while /TMP/known_hosts:2 holds SHA256:…. Somebody may stand between; if the host was installed anew, forget the old key and run again:
      ssh-keygen -R '[127.0.0.1]:PORT' -f /TMP/known_hosts"
    `)
  })

  it('when it has no key of the type that is known', async () => {
    const bare = await toy({ hostKeys: ['ed25519'] })
    const line = `[127.0.0.1]:${String(bare.port)} ${otherRsa}`
    const wish = { ...knowing(line), port: bare.port }
    expect(await failure(dialTo(wish))).toMatchInlineSnapshot(`
      "host key: lb1 (127.0.0.1 port PORT) shows the ED25519 key SHA256:…, though /TMP/known_hosts:1 holds an RSA key, which it was asked for first. Somebody may stand between; if the host was installed anew, forget the old key and run again:
      ssh-keygen -R '[127.0.0.1]:PORT' -f /TMP/known_hosts"
    `)
  })

  it('when its key is revoked', async () => {
    const lines = [`${name} ${ed25519}`, `@revoked * ${ed25519}`]
    expect(await failure(dialTo(knowing(...lines)))).toMatchInlineSnapshot(
      `"host key: lb1 (127.0.0.1 port PORT) shows the ED25519 key SHA256:…, which /TMP/known_hosts:2 has revoked. Give the host a new key: ssh-keygen -A makes those that are missing."`,
    )
  })

  it('when only an authority knows it', async () => {
    const work = dialTo(knowing(`@cert-authority * ${other}`))
    expect(await failure(work)).toMatchInlineSnapshot(`
      "host key: lb1 (127.0.0.1 port PORT) shows the ED25519 key SHA256:…, which only /TMP/known_hosts:1 could vouch for, by a certificate (@cert-authority), and lbprov cannot check those. If ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub on its own console prints the same, add this line to /TMP/known_hosts:
      [127.0.0.1]:PORT ssh-ed25519 AAAA…"
    `)
  })

  it('when what is known cannot be read', async () => {
    const work = dialTo({ ...host.ssh, userKnownHostsFiles: [keys] })
    expect(await failure(work)).toMatchInlineSnapshot(
      `"host key: lb1 (127.0.0.1 port PORT) cannot be verified: /TMP cannot be read, it is a folder."`,
    )
  })
})

describe('accept-new', () => {
  const accepting = (file: string) =>
    ({ ...host.ssh, userKnownHostsFiles: [file], strictHostKeyChecking: 'accept-new' }) as const

  it('writes a new key down, once, for its user alone', async () => {
    const file = join(folder(), '.ssh/known_hosts')
    const dial = makeDial(() => accepting(file), undefined, nowhere)
    const wires = await Promise.all(['lb1', 'lb2', 'rs1'].map((each) => dial(each)))
    for (const wire of wires) wire.close()
    expect(readFileSync(file, 'utf8')).toBe(`${name} ${ed25519}\n`)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700)
    expect(await say({ ...host.ssh, userKnownHostsFiles: [file] })).toBe('root\n')
  })

  it('begins a line of its own', async () => {
    const file = join(folder(), 'known_hosts')
    writeFileSync(file, 'lb9 nothing')
    await say(accepting(file))
    expect(readFileSync(file, 'utf8')).toBe(`lb9 nothing\n${name} ${ed25519}\n`)
  })

  it('refuses a changed key all the same', async () => {
    const file = join(folder(), 'known_hosts')
    writeFileSync(file, `${name} ${other}\n`)
    expect(await failure(dialTo(accepting(file)))).toMatch(/^host key: /)
    expect(readFileSync(file, 'utf8')).toBe(`${name} ${other}\n`)
  })

  it('says so when the key cannot be written down', async () => {
    const file = join(keys, 'other/known_hosts')
    expect(await failure(dialTo(accepting(file)))).toMatchInlineSnapshot(`
      "host key: lb1 (127.0.0.1 port PORT) is new, and its key could not be added to /TMP/other/known_hosts: a part of the path is a file. Add the line yourself:
      [127.0.0.1]:PORT ssh-ed25519 AAAA…"
    `)
  })
})

it('the line that a refusal shows is the line that helps', async () => {
  const error: unknown = await dialTo(knowing()).catch((reason: unknown) => reason)
  const line = (error as Error).message.split('\n').at(-1) ?? ''
  expect(tidy(line)).toBe('[127.0.0.1]:PORT ssh-ed25519 AAAA…')
  expect(await say(knowing(line))).toBe('root\n')
})
