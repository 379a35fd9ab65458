import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

import type { Reach } from '../../src/ssh/reach.ts'
import { makeKey } from '../toy/keys.ts'
import { failure, folder, tidy, toy } from './endings.ts'
import { hopTo, meansOf, reachOf, visit } from './reach-of.ts'

const host = await toy({ hostKeys: ['rsa', 'ecdsa', 'ed25519'] })
const [rsa, ecdsa, ed25519] = host.hostKeys as [string, string, string]
const name = `[127.0.0.1]:${String(host.port)}`
const keys = folder()
const other = makeKey(join(keys, 'other')).publicKey
const otherRsa = makeKey(join(keys, 'rsa'), 'rsa').publicKey

/** The way there with a known_hosts of these lines. */
const knowing = (...lines: readonly string[]): Reach => {
  const file = join(folder(), 'known_hosts')
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
  return { ...reachOf(host.ssh), userKnownHostsFiles: [file] }
}

const refusal = (reach: Reach): Promise<string> => failure(visit(reach))

describe('a host is believed', () => {
  it.each([
    ['by its ed25519 key', `${name} ${ed25519}`],
    ['by its ecdsa key', `${name} ${ecdsa}`],
    ['by its rsa key', `${name} ${rsa}`],
    ['by its bare name', `127.0.0.1 ${ed25519}`],
    ['by a pattern', `[127.0.0.*]:* ${ecdsa}`],
  ])('%s', async (_, line) => {
    await visit(knowing(line))
  })

  it('by a hashed name', async () => {
    const wish = knowing(`${name} ${ed25519}`)
    execFileSync('ssh-keygen', ['-H', '-f', wish.userKnownHostsFiles[0] ?? ''], { stdio: 'ignore' })
    await visit(wish)
  })

  it('by the second file, and by the one for all users', async () => {
    const known = reachOf(host.ssh).userKnownHostsFiles
    const missing = [join(keys, 'missing'), '/dev/null']
    await visit({ ...knowing(), userKnownHostsFiles: [...missing, ...known] })
    await visit({ ...knowing(), userKnownHostsFiles: missing, globalKnownHostsFiles: known })
  })

  it('by its alias, without a port', async () => {
    await visit({ ...knowing(`Farm ${ed25519}`), hostKeyAlias: 'farm' })
    expect(await refusal({ ...knowing(`${name} ${ed25519}`), hostKeyAlias: 'farm' })).toContain(
      'which no known_hosts file holds',
    )
  })

  it('by a key of the kinds that it may be asked for', async () => {
    const reach = knowing(`${name} ${ed25519}`, `${name} ${rsa}`)
    await visit({ ...reach, algorithms: { hostKey: ['rsa-sha2-256'] } })
    const old = await toy({ hostKeys: ['rsa'], sshd: 'HostKeyAlgorithms ssh-rsa' })
    expect(await refusal(reachOf(old.ssh))).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT) and lbprov have nothing in common: no matching host key format; it offers ssh-rsa. That is out of date; where it must be, ssh_config can allow it for this host: HostKeyAlgorithms +ssh-rsa"`,
    )
    await visit(reachOf(old.ssh, { algorithms: { hostKey: ['ssh-ed25519', 'ssh-rsa'] } }))
  })

  it('only by an authority, which the system’s ssh could ask', async () => {
    const authority = (...lines: readonly string[]) =>
      meansOf().hostKeys.onlyByAuthority(hopTo(knowing(...lines)))
    expect(tidy(String(await authority('#', `@cert-authority *,!lb9 ${other}`)))).toBe(
      '/TMP/known_hosts:2',
    )
    expect(await authority(`@cert-authority * ${other}`, `${name} ${ed25519}`)).toBeUndefined()
    expect(await authority(`@cert-authority lb9 ${other}`)).toBeUndefined()
    expect(await authority()).toBeUndefined()
  })
})

describe('a host is not believed', () => {
  it('when nobody knows it', async () => {
    expect(await refusal(knowing())).toMatchInlineSnapshot(`
      "host key: lb1 (127.0.0.1 port PORT) shows the ED25519 key SHA256:…, which no known_hosts file holds. If ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub on its own console prints the same, add this line to /TMP/known_hosts:
      [127.0.0.1]:PORT ssh-ed25519 AAAA…"
    `)
  })

  it('when its key has changed', async () => {
    expect(await refusal(knowing('# mine', `${name} ${other}`))).toMatchInlineSnapshot(`
      "host key: lb1 (127.0.0.1 port PORT) shows the ED25519 key SHA256:…, while /TMP/known_hosts:2 holds SHA256:…. Somebody may stand between; if the host was installed anew, forget the old key and run again:
      ssh-keygen -R '[127.0.0.1]:PORT' -f /TMP/known_hosts"
    `)
  })

  it('when it has no key of the type that is known', async () => {
    const bare = await toy({ hostKeys: ['ed25519'] })
    const line = `[127.0.0.1]:${String(bare.port)} ${otherRsa}`
    const wish = { ...knowing(line), port: bare.port }
    expect(await refusal(wish)).toMatchInlineSnapshot(`
      "host key: lb1 (127.0.0.1 port PORT) shows the ED25519 key SHA256:…, though /TMP/known_hosts:1 holds an RSA key, which it was asked for first. Somebody may stand between; if the host was installed anew, forget the old key and run again:
      ssh-keygen -R '[127.0.0.1]:PORT' -f /TMP/known_hosts"
    `)
  })

  it('when its key is revoked', async () => {
    const lines = [`${name} ${ed25519}`, `@revoked * ${ed25519}`]
    expect(await refusal(knowing(...lines))).toMatchInlineSnapshot(
      `"host key: lb1 (127.0.0.1 port PORT) shows the ED25519 key SHA256:…, which /TMP/known_hosts:2 has revoked. Give the host a new key: ssh-keygen -A makes those that are missing."`,
    )
  })

  it('when only an authority knows it', async () => {
    const work = refusal(knowing(`@cert-authority * ${other}`))
    expect(await work).toMatchInlineSnapshot(`
      "host key: lb1 (127.0.0.1 port PORT) shows the ED25519 key SHA256:…, which only /TMP/known_hosts:1 could vouch for, by a certificate (@cert-authority): ssh.transport: openssh checks those. If ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub on its own console prints the same, add this line to /TMP/known_hosts:
      [127.0.0.1]:PORT ssh-ed25519 AAAA…"
    `)
  })

  it('when what is known cannot be read', async () => {
    const known = (file: string) => ({ ...knowing(), userKnownHostsFiles: [file] })
    expect(await refusal(known(keys))).toMatchInlineSnapshot(
      `"host key: lb1 (127.0.0.1 port PORT) cannot be verified: /TMP cannot be read, it is a folder."`,
    )
    const large = join(keys, 'large')
    writeFileSync(large, '')
    truncateSync(large, 64 * 2 ** 20 + 1)
    expect(await refusal(known(large))).toMatchInlineSnapshot(
      `"host key: lb1 (127.0.0.1 port PORT) cannot be verified: /TMP/large cannot be read, it is longer than 64 MiB."`,
    )
  })
})

describe('accept-new', () => {
  const accepting = (file: string) =>
    ({
      ...knowing(),
      userKnownHostsFiles: [file],
      strictHostKeyChecking: 'accept-new',
    }) as const

  it('writes a new key down, once, for its user alone', async () => {
    const file = join(folder(), '.ssh/known_hosts')
    const means = meansOf()
    await Promise.all(['lb1', 'lb2', 'rs1'].map((each) => visit(accepting(file), means, each)))
    expect(readFileSync(file, 'utf8')).toBe(`${name} ${ed25519}\n`)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700)
    await visit({ ...knowing(), userKnownHostsFiles: [file] })
  })

  it('begins a line of its own', async () => {
    const file = join(folder(), 'known_hosts')
    writeFileSync(file, 'lb9 nothing')
    const means = meansOf()
    await visit(accepting(file), means)
    await visit({ ...accepting(file), hostKeyAlias: 'Farm' }, means)
    expect(readFileSync(file, 'utf8')).toBe(`lb9 nothing\n${name} ${ed25519}\nfarm ${ed25519}\n`)
  })

  it('writes the name down as a sum where ssh_config says so', async () => {
    const file = join(folder(), 'known_hosts')
    await visit({ ...accepting(file), hashKnownHosts: true })
    expect(readFileSync(file, 'utf8')).toMatch(/^\|1\|[\w+/]{27}=\|[\w+/]{27}= ssh-ed25519 AAAA/)
    await visit({ ...knowing(), userKnownHostsFiles: [file] })
    expect(execFileSync('ssh-keygen', ['-F', name, '-f', file]).toString()).toContain(ed25519)
  })

  it('is not believed for those who read other files', async () => {
    const means = meansOf()
    await visit(accepting(join(folder(), 'known_hosts')), means)
    expect(await failure(visit(knowing(), means))).toMatch(/^host key: /)
  })

  it('refuses a changed key all the same', async () => {
    const file = join(folder(), 'known_hosts')
    writeFileSync(file, `${name} ${other}\n`)
    expect(await refusal(accepting(file))).toMatch(/^host key: /)
    expect(readFileSync(file, 'utf8')).toBe(`${name} ${other}\n`)
  })

  it('says so when the key cannot be written down', async () => {
    const file = join(keys, 'other/known_hosts')
    expect(await refusal(accepting(file))).toMatchInlineSnapshot(`
      "host key: lb1 (127.0.0.1 port PORT) is new, and its key could not be added to /TMP/other/known_hosts: a part of the path is a file. Add the line yourself:
      [127.0.0.1]:PORT ssh-ed25519 AAAA…"
    `)
  })
})

it('the line that a refusal shows is the line that helps', async () => {
  const error: unknown = await visit(knowing()).catch((reason: unknown) => reason)
  const line = (error as Error).message.split('\n').at(-1) ?? ''
  expect(tidy(line)).toBe('[127.0.0.1]:PORT ssh-ed25519 AAAA…')
  await visit(knowing(line))
})
