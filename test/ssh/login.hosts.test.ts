import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, chownSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openConnection } from '../../src/ssh/connection.ts'
import type { Person } from '../../src/ssh/person.ts'
import type { Reach } from '../../src/ssh/reach.ts'
import { makeKey } from '../toy/keys.ts'
import { failure, folder, toy } from './endings.ts'
import { agentWith, person } from './people.ts'
import { hopTo, meansOf, reachOf, visit } from './reach-of.ts'

const keys = folder()
const ed25519 = makeKey(join(keys, 'ed25519'))
const ecdsa = makeKey(join(keys, 'ecdsa'), 'ecdsa')
const ecdsa384 = makeKey(join(keys, 'ecdsa384'), 'ecdsa384')
const ecdsa521 = makeKey(join(keys, 'ecdsa521'), 'ecdsa521')
const rsa = makeKey(join(keys, 'rsa'), 'rsa')
const sealed = makeKey(join(keys, 'sealed'), 'ed25519', 'open sesame')
const sealedRsa = makeKey(join(keys, 'sealed_rsa'), 'rsa', 'open sesame')
const stranger = makeKey(join(keys, 'stranger'))

const forms = (['RFC4716', 'PEM', 'PKCS8'] as const).flatMap((form) =>
  (['ecdsa', 'ecdsa521', 'rsa'] as const).flatMap((type) =>
    ['', 'open sesame'].map((word) => {
      const name = `${form}_${type}${word === '' ? '' : '_sealed'}`
      return { name, word, key: makeKey(join(keys, name), type, word, form) }
    }),
  ),
)

/** Ed25519 in PKCS#8, which ssh-keygen does not write and OpenSSL does. */
const pkcs8 = ['', 'open sesame'].map((word) => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const name = `PKCS8_ed25519${word === '' ? '' : '_sealed'}`
  const file = join(keys, name)
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const { x = '' } = privateKey.export({ format: 'jwk' })
  const bytes = Buffer.concat([
    Buffer.from([0, 0, 0, 11]),
    Buffer.from('ssh-ed25519'),
    Buffer.from([0, 0, 0, 32]),
    Buffer.from(x, 'base64url'),
  ])
  if (word !== '') {
    const cipher = { type: 'pkcs8', format: 'pem', cipher: 'aes256', passphrase: word } as const
    writeFileSync(file, privateKey.export(cipher), { mode: 0o600 })
  }
  return { name, word, key: { file, publicKey: `ssh-ed25519 ${bytes.toString('base64')}` } }
})

const all = [
  ...[ed25519, ecdsa, ecdsa384, ecdsa521, rsa, sealed, sealedRsa],
  ...[...forms, ...pkcs8].map(({ key }) => key),
].map((each) => each.publicKey)

const host = await toy({
  name: 'lb1',
  accounts: { root: { authorizedKeys: all }, ops: { authorizedKeys: all }, ann: {} },
  sshd: 'Match User ann\nPubkeyAuthentication no\nHostbasedAuthentication yes\nMatch all',
})
const wish = (files: readonly string[], more: Partial<Reach> = {}): Reach =>
  reachOf({ ...host.ssh, identityFiles: files }, more)
const refusal = (reach: Reach, who?: Person, home?: string): Promise<string> =>
  failure(visit(reach, meansOf(who, home)))

describe('a key file logs in', () => {
  it.each([
    ['ed25519', ed25519],
    ['ecdsa', ecdsa],
    ['ecdsa384', ecdsa384],
    ['ecdsa521', ecdsa521],
    ['rsa', rsa],
  ])('%s', async (_, key) => {
    await visit(wish([key.file]))
  })

  it.each([...forms, ...pkcs8])('$name', async ({ word, key }) => {
    const { who, asked } = person('open barley', 'open sesame')
    await visit(wish([key.file]), meansOf(who))
    expect(asked).toHaveLength(word === '' ? 0 : 2)
  })

  it('as the second, after one that the host does not know', async () => {
    await visit(wish([stranger.file, rsa.file]))
  })

  it('from where OpenSSH looks when none is named', async () => {
    const home = folder()
    mkdirSync(join(home, '.ssh'))
    copyFileSync(ecdsa.file, join(home, '.ssh/id_ecdsa'))
    await visit(wish([]), meansOf(undefined, home))
  })

  it('whoever may read it, when it is not our own', async () => {
    const file = join(keys, 'of_another')
    copyFileSync(ed25519.file, file)
    chownSync(file, 4242, 4242)
    chmodSync(file, 0o644)
    await visit(wish([file]))
  })

  it('rsa, with the signature that the wish allows', async () => {
    for (const algorithm of ['rsa-sha2-256', 'rsa-sha2-512']) {
      await visit(wish([rsa.file], { algorithms: { publicKey: [algorithm] } }))
    }
    const old = await toy({
      accounts: { root: { authorizedKeys: all } },
      sshd: 'PubkeyAcceptedAlgorithms ssh-rsa',
    })
    const sha1 = reachOf({ ...old.ssh, identityFiles: [rsa.file] })
    expect(await refusal(sha1)).toContain('it does not take /TMP/rsa')
    await visit({ ...sha1, algorithms: { publicKey: ['ssh-rsa'] } })
  })
})

describe('an encrypted key', () => {
  it('asks its passphrase once for three hosts', async () => {
    const { asked, who } = person('open sesame')
    const means = meansOf(who)
    await Promise.all(['lb1', 'lb2', 'rs1'].map((name) => visit(wish([sealed.file]), means, name)))
    expect(asked).toEqual([`Passphrase for ${sealed.file}: `])
  })

  it('asks again after a slip', async () => {
    const { asked, who } = person('open barley', 'open sesame')
    await visit(wish([sealedRsa.file]), meansOf(who))
    expect(asked).toEqual([
      `Passphrase for ${sealedRsa.file}: `,
      `That was not it. Passphrase for ${sealedRsa.file}: `,
    ])
  })

  it('is not asked about when another key does', async () => {
    const { asked, who } = person()
    await visit(wish([sealed.file, ed25519.file]), meansOf(who))
    expect(asked).toEqual([])
  })

  it('is asked about when the others do not do', async () => {
    const { asked, who } = person('open sesame')
    await visit(wish([stranger.file, sealed.file]), meansOf(who))
    expect(asked).toHaveLength(1)
  })

  it('is not asked about when the host does not know it', async () => {
    const unknown = makeKey(join(keys, 'sealed_stranger'), 'ed25519', 'open sesame')
    const { asked, who } = person('open sesame')
    await visit(wish([unknown.file, sealed.file]), meansOf(who))
    expect(asked).toEqual([`Passphrase for ${sealed.file}: `])
  })

  it('is of no use when nobody is there', async () => {
    expect(await refusal(wish([sealed.file]))).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) refuses the login of root: no key could be used (it offers publickey). Name a key with ssh.identity_file, or ssh-add one.
      Not tried:
        /TMP/sealed: it is encrypted and nobody is there to give its passphrase; ssh-add /TMP/sealed puts it into the agent"
    `)
  })

  it('is of no use when the passphrase is wrong', async () => {
    const { who } = person('a', 'b', 'c')
    expect(await refusal(wish([sealed.file]), who)).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) refuses the login of root: no key could be used (it offers publickey). Name a key with ssh.identity_file, or ssh-add one.
      Not tried:
        /TMP/sealed: three wrong passphrases"
    `)
  })

  it('is of no use when the person declines', async () => {
    const { who } = person()
    expect(await refusal(wish([sealed.file]), who)).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) refuses the login of root: no key could be used (it offers publickey). Name a key with ssh.identity_file, or ssh-add one.
      Not tried:
        /TMP/sealed: it is encrypted and nobody is there to give its passphrase; ssh-add /TMP/sealed puts it into the agent"
    `)
  })
})

describe('the agent', async () => {
  const { socket } = await agentWith([stranger.file, rsa.file])
  const asking = (files: readonly string[], more: Partial<Reach> = {}): Reach =>
    wish(files, { agentSocket: socket, ...more })

  it('logs in with the right one of its keys', async () => {
    await visit(asking([]))
  })

  it.each([ed25519, ecdsa, ecdsa384, ecdsa521, rsa])('signs with $publicKey', async ({ file }) => {
    const agent = await agentWith([file])
    await visit(wish([], { agentSocket: agent.socket }))
  })

  it('opens an encrypted file whose key it holds, by what the file itself says', async () => {
    const agent = await agentWith([])
    const file = join(keys, 'sealed_twin')
    copyFileSync(ed25519.file, file)
    agent.add(file)
    execFileSync('ssh-keygen', ['-q', '-p', '-f', file, '-N', 'open sesame'])
    await visit(wish([file], { agentSocket: agent.socket, identitiesOnly: true }))
    expect(await refusal(wish([file]))).toContain('it is encrypted')
  })

  it('opens an encrypted PEM whose key it holds, by the public half beside', async () => {
    const agent = await agentWith([rsa.file])
    const file = join(keys, 'pem_twin')
    copyFileSync(forms.find(({ name }) => name === 'PEM_rsa_sealed')?.key.file ?? '', file)
    copyFileSync(`${rsa.file}.pub`, `${file}.pub`)
    await visit(wish([file], { agentSocket: agent.socket, identitiesOnly: true }))
  })

  it('is asked by a public key file', async () => {
    await visit(asking([`${rsa.file}.pub`], { identitiesOnly: true }))
    const other = asking([`${ed25519.file}.pub`], { identitiesOnly: true })
    expect(await refusal(other)).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) refuses the login of root: no key could be used (it offers publickey). Name a key with ssh.identity_file, or ssh-add one.
      Not tried:
        /TMP/ed25519.pub: a public key whose private half ssh-agent does not hold"
    `)
  })

  it('is asked for its other keys after the named files, unless only those may be shown', async () => {
    await visit(asking([stranger.file]))
    expect(await refusal(asking([stranger.file], { identitiesOnly: true }))).toMatchInlineSnapshot(
      `
      "login: lb1 (127.0.0.1 port PORT) refuses the login of root: it does not take /TMP/stranger (it offers publickey).
      sshd does not tell why, but its log there does. The likeliest first:
        PermitRootLogin in its sshd_config keeps root out
        root's authorized_keys there does not have the key: it takes keys only, so add it on its console
        AllowUsers or AllowGroups in its sshd_config leaves root out
        the login shell is not there, or the account is locked
        from= or expiry-time= stands at the key in authorized_keys
        PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out"
    `,
    )
  })

  it('asks somebody before it signs', async () => {
    const agent = await agentWith([rsa.file], 'exit 0')
    await visit(wish([], { agentSocket: agent.socket }))
  })

  it('is not given up while it asks somebody', async () => {
    const gate = join(folder(), 'gate')
    const agent = await agentWith([rsa.file], `until [ -e ${gate} ]; do sleep 0.05; done`)
    const { who, told } = person()
    const patient = { agentSocket: agent.socket, connectTimeout: 1 }
    const asked = new Promise<void>((resolve) => {
      const tell = (sentence: string): void => {
        told.push(sentence)
        resolve()
      }
      visit(wish([], patient), meansOf({ ...who, tell })).catch(() => undefined)
    })
    // What it tells comes when connect_timeout would long be over.
    await asked
    expect(told).toMatchInlineSnapshot(`
      [
        "Waiting for the agent's "toy rsa" to sign: does the agent ask something in a window, or is there a key to be touched?",
      ]
    `)
    const second = visit(wish([], patient))
    writeFileSync(gate, '')
    await second
  })

  it('says no', async () => {
    const agent = await agentWith([rsa.file, ed25519.file], 'exit 1')
    expect(await refusal(wish([], { agentSocket: agent.socket }))).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) refuses the login of root: no key could be used (it offers publickey). Name a key with ssh.identity_file, or ssh-add one.
      Not tried:
        the agent's "toy rsa": the host would take it, but the agent does not sign with it (it says no); where it asks first (ssh-add -c), somebody has to say yes
        the agent's "toy ed25519": the host would take it, but the agent does not sign with it (it says no); where it asks first (ssh-add -c), somebody has to say yes"
    `)
  })

  it('that is gone is named', async () => {
    const gone = wish([], { agentSocket: join(keys, 'gone') })
    expect(await refusal(gone)).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) refuses the login of root: no key could be used (it offers publickey). Name a key with ssh.identity_file, or ssh-add one.
      Not tried:
        ssh-agent at /TMP/gone does not answer; is SSH_AUTH_SOCK of an earlier session?"
    `)
  })
})

describe('a login is refused', () => {
  it('to a key that the host does not know', async () => {
    expect(await refusal(wish([stranger.file]))).toMatchInlineSnapshot(
      `
      "login: lb1 (127.0.0.1 port PORT) refuses the login of root: it does not take /TMP/stranger (it offers publickey).
      sshd does not tell why, but its log there does. The likeliest first:
        PermitRootLogin in its sshd_config keeps root out
        root's authorized_keys there does not have the key: it takes keys only, so add it on its console
        AllowUsers or AllowGroups in its sshd_config leaves root out
        the login shell is not there, or the account is locked
        from= or expiry-time= stands at the key in authorized_keys
        PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out"
    `,
    )
  })

  it('by a host that wants what lbprov does not know', async () => {
    expect(await refusal({ ...wish([ed25519.file]), user: 'ann' })).toMatchInlineSnapshot(
      `"login: lb1 (127.0.0.1 port PORT) refuses the login of ann: it takes no keys (it offers hostbased). lbprov knows none of these; the system's ssh may: ssh.transport: openssh."`,
    )
  })

  it('to a file that is not there, or is not a key', async () => {
    const strange = join(keys, 'strange')
    writeFileSync(strange, 'not a key\n')
    const half = join(keys, 'half')
    writeFileSync(half, '-----BEGIN RSA PRIVATE KEY-----\nAAAA\n', { mode: 0o600 })
    const large = join(keys, 'large')
    writeFileSync(large, Buffer.alloc(2 ** 20 + 1))
    const files = [join(keys, 'missing'), strange, half, large, keys, '/dev/null']
    expect(await refusal(wish(files))).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) refuses the login of root: no key could be used (it offers publickey). Name a key with ssh.identity_file, or ssh-add one.
      Not tried:
        /TMP/missing: there is no such file
        /TMP/strange: not a key that lbprov can read
        /TMP/half: not a key that lbprov can read
        /TMP/large: it is longer than 1 MiB
        /TMP: it is a folder
        /dev/null: not a key that lbprov can read"
    `)
  })

  it('to a file that others may read', async () => {
    const file = join(keys, 'open')
    copyFileSync(ed25519.file, file)
    chmodSync(file, 0o640)
    expect(await refusal(wish([file]))).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) refuses the login of root: no key could be used (it offers publickey). Name a key with ssh.identity_file, or ssh-add one.
      Not tried:
        /TMP/open: others may read it (mode 0640), so it is no secret and OpenSSH ignores it too; chmod 600 /TMP/open"
    `)
    chmodSync(file, 0o400)
    await visit(wish([file]))
  })

  it('to security keys and certificates, which only the system’s ssh can show', async () => {
    const security = join(keys, 'id_sk')
    const type = Buffer.from('\0\0\0\u001ask-ssh-ed25519@openssh.com', 'latin1')
    writeFileSync(`${security}.pub`, `sk-ssh-ed25519@openssh.com ${type.toString('base64')} me\n`)
    const signed = join(keys, 'signed')
    copyFileSync(stranger.file, signed)
    copyFileSync(`${stranger.file}.pub`, `${signed}.pub`)
    execFileSync('ssh-keygen', ['-q', '-s', ed25519.file, '-I', 'me', `${signed}.pub`])
    const files = [`${security}.pub`, signed, `${signed}-cert.pub`]
    expect(await refusal(wish(files))).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) refuses the login of root: it does not take /TMP/signed (it offers publickey). The system's ssh has more to show: ssh.transport: openssh.
      Not tried:
        /TMP/id_sk.pub: a security key (FIDO, sk-…), which only the system's ssh can show: ssh.transport: openssh
        /TMP/signed-cert.pub: a certificate, which only the system's ssh can show: ssh.transport: openssh"
    `)
    const agent = await agentWith([signed])
    expect(await refusal(wish([], { agentSocket: agent.socket }))).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) refuses the login of root: it does not take the agent's "toy ed25519" (it offers publickey). The system's ssh has more to show: ssh.transport: openssh.
      Not tried:
        the agent's "toy ed25519": a certificate, which only the system's ssh can show: ssh.transport: openssh"
    `)
  })

  it('to a key of a type that may not be shown', async () => {
    const only = wish([rsa.file], { algorithms: { publicKey: ['ssh-ed25519'] } })
    expect(await refusal(only)).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) refuses the login of root: no key could be used (it offers publickey). Name a key with ssh.identity_file, or ssh-add one.
      Not tried:
        /TMP/rsa: its type, ssh-rsa, is not among those that may be shown to this host (PubkeyAcceptedAlgorithms in ssh_config)"
    `)
  })

  it('to somebody without any key', async () => {
    expect(await refusal(wish([]))).toMatchInlineSnapshot(
      `"login: lb1 (127.0.0.1 port PORT) refuses the login of root: there is no key (it offers publickey). Name a key with ssh.identity_file, or ssh-add one."`,
    )
  })

  it('after too many keys', async () => {
    const strict = await toy({ sshd: 'MaxAuthTries 2' })
    const files = [stranger, ed25519, ecdsa, rsa].map((each) => each.file)
    const work = refusal(reachOf({ ...strict.ssh, identityFiles: files }))
    expect(await work).toMatchInlineSnapshot(
      `"login: lb1 (127.0.0.1 port PORT) refuses the login of root: Too many authentication failures. It was shown /TMP/stranger and /TMP/ed25519. Name the right key with ssh.identity_file."`,
    )
  })
})

it('nobody between can drop a message unseen: strict key exchange is on', async () => {
  const connection = await openConnection(hopTo(wish([ed25519.file])), meansOf())
  const inside = connection.client as unknown as { _protocol: { _strictMode: boolean } }
  expect(inside._protocol._strictMode).toBe(true)
  connection.close()
})

it('a pipe with the name of a key keeps nobody waiting', async () => {
  const pipe = join(keys, 'pipe')
  execFileSync('mkfifo', [pipe])
  expect(await refusal(wish([pipe]))).toContain('/TMP/pipe: it is no file')
  rmSync(pipe)
})
