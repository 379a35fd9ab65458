import { spawn } from 'node:child_process'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'

import { makeDial } from '../../src/ssh/dial.ts'
import type { Terminal } from '../../src/ssh/keyring.ts'
import { Secret } from '../../src/secret.ts'
import { sh } from '../../src/sh/sh.ts'
import { makeKey } from '../toy/keys.ts'
import { atEnd, dialTo, failure, folder, nowhere, say, toy } from './scene.ts'

const keys = folder()
const ed25519 = makeKey(join(keys, 'ed25519'))
const ecdsa = makeKey(join(keys, 'ecdsa'), 'ecdsa')
const rsa = makeKey(join(keys, 'rsa'), 'rsa')
const sealed = makeKey(join(keys, 'sealed'), 'ed25519', 'open sesame')
const sealedRsa = makeKey(join(keys, 'sealed_rsa'), 'rsa', 'open sesame')
const stranger = makeKey(join(keys, 'stranger'))
const all = [ed25519, ecdsa, rsa, sealed, sealedRsa].map((each) => each.publicKey)

const host = await toy({
  name: 'lb1',
  accounts: { root: { authorizedKeys: all }, ops: { authorizedKeys: all }, ann: {} },
  sshd: 'Match User ann\nPubkeyAuthentication no\nPasswordAuthentication yes\nMatch all',
})
const wish = (...files: readonly string[]) => ({ ...host.ssh, identityFiles: files })

/** Somebody who knows these passphrases, in this order, and counts the questions. */
const person = (...words: readonly (string | undefined)[]) => {
  const asked: string[] = []
  const terminal: Terminal = {
    askPassphrase: (file) => {
      asked.push(file)
      const word = words[asked.length - 1]
      return Promise.resolve(word === undefined ? undefined : new Secret(word))
    },
  }
  return { asked, terminal }
}

describe('a key file logs in', () => {
  it.each([
    ['ed25519', ed25519],
    ['ecdsa', ecdsa],
    ['rsa', rsa],
  ])('%s', async (_, key) => {
    expect(await say(wish(key.file))).toBe('root\n')
  })

  it('as the second, after one that the host does not know', async () => {
    expect(await say(wish(stranger.file, rsa.file))).toBe('root\n')
  })

  it('from where OpenSSH looks when none is named', async () => {
    const home = folder()
    mkdirSync(join(home, '.ssh'))
    copyFileSync(ecdsa.file, join(home, '.ssh/id_ecdsa'))
    expect(await say(wish(), sh`id -un`, undefined, { ...nowhere, home })).toBe('root\n')
  })
})

describe('an encrypted key', () => {
  it('asks its passphrase once for three hosts', async () => {
    const { asked, terminal } = person('open sesame')
    const dial = makeDial(() => wish(sealed.file), terminal, nowhere)
    const wires = await Promise.all(['lb1', 'lb2', 'rs1'].map((name) => dial(name)))
    for (const wire of wires) wire.close()
    expect(asked).toEqual([sealed.file])
  })

  it('asks again after a slip', async () => {
    const { asked, terminal } = person('open barley', 'open sesame')
    expect(await say(wish(sealedRsa.file), sh`id -un`, terminal)).toBe('root\n')
    expect(asked).toHaveLength(2)
  })

  it('is not asked about when another key does', async () => {
    const { asked, terminal } = person()
    expect(await say(wish(sealed.file, ed25519.file), sh`id -un`, terminal)).toBe('root\n')
    expect(asked).toEqual([])
  })

  it('is asked about when the others do not do', async () => {
    const { asked, terminal } = person('open sesame')
    expect(await say(wish(stranger.file, sealed.file), sh`id -un`, terminal)).toBe('root\n')
    expect(asked).toEqual([sealed.file])
  })

  it('is of no use when nobody is there', async () => {
    expect(await failure(dialTo(wish(sealed.file)))).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) cannot be logged in to: there is no key. Name one with ssh.identity_file, or ssh-add one.
      Not tried:
        /TMP/sealed: it is encrypted and nobody is there to give its passphrase; ssh-add /TMP/sealed puts it into the agent"
    `)
  })

  it('is of no use when the passphrase is wrong', async () => {
    const { terminal } = person('a', 'b', 'c')
    expect(await failure(dialTo(wish(sealed.file), terminal))).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) cannot be logged in to: there is no key. Name one with ssh.identity_file, or ssh-add one.
      Not tried:
        /TMP/sealed: three wrong passphrases"
    `)
  })

  it('is of no use when the person declines', async () => {
    const { terminal } = person()
    expect(await failure(dialTo(wish(sealed.file), terminal))).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) cannot be logged in to: there is no key. Name one with ssh.identity_file, or ssh-add one.
      Not tried:
        /TMP/sealed: it is encrypted and nobody is there to give its passphrase; ssh-add /TMP/sealed puts it into the agent"
    `)
  })
})

describe('the agent', () => {
  const socket = join(keys, 'agent')
  beforeAll(async () => {
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] })
    atEnd(() => agent.kill())
    await once(agent.stdout, 'data')
    const add = (file: string) =>
      execFileSync('ssh-add', ['-q', file], {
        env: { ...process.env, SSH_AUTH_SOCK: socket },
        stdio: 'ignore',
      })
    add(stranger.file)
    add(rsa.file)
  })
  const here = { ...nowhere, agentSocket: socket }

  it('logs in with the right one of its keys', async () => {
    expect(await say(wish(), sh`id -un`, undefined, here)).toBe('root\n')
  })

  it('opens an encrypted file whose key it holds', async () => {
    // Sealed on disk, open in the agent: the public half beside the file tells which.
    const file = join(keys, 'sealed_twin')
    copyFileSync(sealed.file, file)
    copyFileSync(`${rsa.file}.pub`, `${file}.pub`)
    expect(await say(wish(file), sh`id -un`, undefined, here)).toBe('root\n')
  })

  it('is asked by a public key file', async () => {
    expect(await say(wish(`${rsa.file}.pub`), sh`id -un`, undefined, here)).toBe('root\n')
    const other = wish(`${ed25519.file}.pub`)
    expect(await failure(dialTo(other, undefined, here))).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) cannot be logged in to: there is no key. Name one with ssh.identity_file, or ssh-add one.
      Not tried:
        /TMP/ed25519.pub: a public key whose private half ssh-agent does not hold"
    `)
  })

  it('that is gone is named', async () => {
    const gone = { ...nowhere, agentSocket: join(keys, 'gone') }
    expect(await failure(dialTo(wish(), undefined, gone))).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) cannot be logged in to: there is no key. Name one with ssh.identity_file, or ssh-add one.
      Not tried:
        ssh-agent at /TMP/gone does not answer; is SSH_AUTH_SOCK of an earlier session?"
    `)
  })
})

describe('a login is refused', () => {
  it('to a key that the host does not know', async () => {
    expect(await failure(dialTo(wish(stranger.file)))).toMatchInlineSnapshot(
      `"login: lb1 (127.0.0.1 port PORT) refuses the login of root: it does not know /TMP/stranger (it offers publickey). ssh-copy-id -p PORT root@127.0.0.1 adds a key there."`,
    )
  })

  it('by a host that takes passwords only', async () => {
    expect(await failure(dialTo({ ...host.ssh, user: 'ann' }))).toMatchInlineSnapshot(
      `"login: lb1 (127.0.0.1 port PORT) refuses the login of ann: it offers only password, and lbprov logs in by key. PubkeyAuthentication in its sshd_config decides that."`,
    )
  })

  it('to a file that is not there, or is not a key', async () => {
    const strange = join(keys, 'strange')
    writeFileSync(strange, 'not a key\n')
    const work = dialTo(wish(join(keys, 'missing'), strange))
    expect(await failure(work)).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) cannot be logged in to: there is no key. Name one with ssh.identity_file, or ssh-add one.
      Not tried:
        /TMP/missing: there is no such file
        /TMP/strange: not a key that lbprov can read (FIDO keys, sk-…, are not among them)"
    `)
  })

  it('to somebody without any key', async () => {
    expect(await failure(dialTo(wish()))).toMatchInlineSnapshot(
      `"login: lb1 (127.0.0.1 port PORT) cannot be logged in to: there is no key. Name one with ssh.identity_file, or ssh-add one."`,
    )
  })

  it('by a host that wants a password as well', async () => {
    const strict = await toy({
      accounts: { ops: {} },
      sshd: 'AuthenticationMethods publickey,password\nPasswordAuthentication yes',
    })
    expect(await failure(dialTo({ ...strict.ssh, user: 'ops' }))).toMatchInlineSnapshot(
      `"login: lb1 (127.0.0.1 port PORT) took the key of ops and wants password as well; lbprov answers no questions at the login. AuthenticationMethods in its sshd_config decides that."`,
    )
  })

  it('after too many keys', async () => {
    const strict = await toy({ sshd: 'MaxAuthTries 2' })
    const files = [stranger, ed25519, ecdsa, rsa].map((each) => each.file)
    const work = dialTo({ ...strict.ssh, identityFiles: files })
    expect(await failure(work)).toMatchInlineSnapshot(
      `"login: lb1 (127.0.0.1 port PORT) refuses the login of root: Too many authentication failures. It was shown /TMP/stranger and /TMP/ed25519. Name the right key with ssh.identity_file."`,
    )
  })
})
