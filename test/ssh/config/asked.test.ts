import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

import { folder, of, read, readOwn } from './read.ts'

afterAll(() => rmSync(folder, { recursive: true }))

const names = (list: readonly { readonly option: string }[]) => list.map(({ option }) => option)

describe("what only the system's ssh does", () => {
  it.each([
    ['CertificateFile ~/c', 'CertificateFile'],
    ['PKCS11Provider /lib/p.so', 'PKCS11Provider'],
    ['SmartcardDevice /lib/p.so', 'PKCS11Provider'],
    ['SecurityKeyProvider /lib/sk.so', 'SecurityKeyProvider'],
    ['KnownHostsCommand /bin/keys %H', 'KnownHostsCommand'],
    ['VerifyHostKeyDNS ask', 'VerifyHostKeyDNS'],
    ['ProxyCommand nc\nProxyUseFdpass yes', 'ProxyUseFdpass'],
    ['HostbasedAuthentication yes', 'HostbasedAuthentication'],
    ['BindInterface eth1', 'BindInterface'],
    ['GSSAPIAuthentication yes', 'GSSAPIAuthentication'],
    ['GSSAPIKeyExchange yes', 'GSSAPIKeyExchange'],
    ['RevokedHostKeys /etc/ssh/revoked', 'RevokedHostKeys'],
    ['RequiredRSASize 3072', 'RequiredRSASize'],
  ])('%s', async (text, option) => {
    expect(names((await of(text)).needsOpenssh)).toEqual([option])
    expect((await of(text)).unheeded).toEqual([])
  })

  it.each([
    'CertificateFile none',
    'PKCS11Provider none',
    'SecurityKeyProvider internal',
    'KnownHostsCommand none',
    'VerifyHostKeyDNS no',
    'ProxyUseFdpass yes',
    'ProxyUseFdpass yes\nProxyCommand none',
    'CanonicalizeHostname no',
    'CanonicalDomains example.org',
    'HostbasedAuthentication no',
    'GSSAPIAuthentication no\nGSSAPIAuthentication yes',
    'GSSAPIDelegateCredentials yes',
    'RevokedHostKeys none',
    'Host other\nBindInterface eth1',
  ])('not %j', async (text) => {
    expect((await of(text)).needsOpenssh).toEqual([])
  })

  it('is said with its place', async () => {
    const [said] = (await of('Host lb1\n  KnownHostsCommand /bin/keys "%H" # all')).needsOpenssh
    expect(said).toEqual({
      option: 'KnownHostsCommand',
      value: '/bin/keys "%H" # all',
      file: join(folder, 'config'),
      line: 2,
    })
  })

  it('is no matter where a distribution says it for everybody', async () => {
    const system = join(folder, 'ssh_config')
    writeFileSync(system, 'GSSAPIAuthentication yes\nRequiredRSASize 2048\nBindInterface eth1\n')
    expect(names((await readOwn().of('lb1', {})).needsOpenssh)).toEqual(['BindInterface'])
    rmSync(system)
  })
})

describe('what nobody does in a run', () => {
  it.each([
    ['RemoteCommand tmux attach', 'RemoteCommand'],
    ['RequestTTY force', 'RequestTTY'],
    ['Tunnel point-to-point', 'Tunnel'],
    ['PermitLocalCommand yes\nLocalCommand date', 'LocalCommand'],
    ['SessionType none', 'SessionType'],
    ['ForkAfterAuthentication yes', 'ForkAfterAuthentication'],
    ['StdinNull yes', 'StdinNull'],
    ['NoHostAuthenticationForLocalhost yes', 'NoHostAuthenticationForLocalhost'],
    ['ConnectionAttempts 3', 'ConnectionAttempts'],
  ])('%s', async (text, option) => {
    expect(names((await of(text)).unheeded)).toEqual([option])
    expect((await of(text)).needsOpenssh).toEqual([])
  })

  it.each([
    'RemoteCommand none',
    'RequestTTY yes',
    'Tunnel no',
    'LocalCommand date',
    'PermitLocalCommand yes',
    'SessionType default',
    'ConnectionAttempts 1',
    'CheckHostIP yes\nForwardAgent yes\nControlMaster auto\nControlPath /tmp/c',
  ])('not %j', async (text) => {
    expect((await of(text)).unheeded).toEqual([])
  })
})

describe('a host', () => {
  it('has the user and port that a person gave', async () => {
    const { user, port } = await of('User a\nPort 1', { user: 'ops', port: 7 })
    expect([user, port]).toEqual(['ops', 7])
  })

  it('has nothing that nobody said', async () => {
    const said = Object.entries(await of('')).filter(([, value]) => value !== undefined)
    expect(Object.fromEntries(said)).toEqual({
      identityFiles: [],
      certificateFiles: [],
      needsOpenssh: [],
      unheeded: [],
    })
  })

  it('sees the user who logs in where nobody says one', async () => {
    const text = 'Match user root\nPort 1\nMatch user ann\nPort 2\nMatch all\nIdentityFile /%r'
    expect((await of(text)).port).toBe(2)
    const { port, identityFiles } = await of(text, { usualUser: 'root' })
    expect([port, identityFiles]).toEqual([1, ['/root']])
  })

  it('has no agent where a variable that is not there names one', async () => {
    expect((await of('IdentityAgent $NO_SUCH')).identityAgent).toBe('none')
    expect((await of('IdentityAgent SSH_AUTH_SOCK')).identityAgent).toBeUndefined()
  })

  it('is told apart by tags, as newer ones do', async () => {
    expect((await of('Tag a\nMatch tagged a,b\nPort 1')).port).toBe(1)
  })

  it('runs a command of Match exec once, whoever asks', async () => {
    const ran: string[] = []
    const text = 'Match exec "ask %d"\nPort 1\nMatch exec "ask %h"\nPort 2'
    const run = (command: string) => Promise.resolve(ran.push(command) > 0)
    const config = read(text, { run, home: '/home/ann' })
    await Promise.all([1, 2, 3].map(() => config.of('lb1', {})))
    expect(ran).toEqual(['ask /home/ann', 'ask lb1'])
  })
})
