import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

import { folder, of, readOwn } from './read.ts'

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
    ['CanonicalizeHostname always', 'CanonicalizeHostname'],
    ['HostbasedAuthentication yes', 'HostbasedAuthentication'],
    ['BindInterface eth1', 'BindInterface'],
    ['GSSAPIAuthentication yes', 'GSSAPIAuthentication'],
    ['GSSAPIKeyExchange yes', 'GSSAPIKeyExchange'],
    ['RevokedHostKeys /etc/ssh/revoked', 'RevokedHostKeys'],
    ['RequiredRSASize 3072', 'RequiredRSASize'],
  ])('%s', (text, option) => {
    expect(names(of(text).needsOpenssh)).toEqual([option])
    expect(of(text).unheeded).toEqual([])
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
  ])('not %j', (text) => {
    expect(of(text).needsOpenssh).toEqual([])
  })

  it('is said with its place', () => {
    const [said] = of('Host lb1\n  KnownHostsCommand /bin/keys "%H" # all').needsOpenssh
    expect(said).toEqual({
      option: 'KnownHostsCommand',
      value: '/bin/keys "%H" # all',
      file: join(folder, 'config'),
      line: 2,
    })
  })

  it('is no matter where a distribution says it for everybody', () => {
    const system = join(folder, 'ssh_config')
    writeFileSync(system, 'GSSAPIAuthentication yes\nRequiredRSASize 2048\nBindInterface eth1\n')
    expect(names(readOwn().of('lb1', {}).needsOpenssh)).toEqual(['BindInterface'])
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
  ])('%s', (text, option) => {
    expect(names(of(text).unheeded)).toEqual([option])
    expect(of(text).needsOpenssh).toEqual([])
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
  ])('not %j', (text) => {
    expect(of(text).unheeded).toEqual([])
  })
})

describe('a host', () => {
  it('has the user and port that a person gave', () => {
    const { user, port } = of('User a\nPort 1', { user: 'ops', port: 7 })
    expect([user, port]).toEqual(['ops', 7])
  })

  it('has nothing that nobody said', () => {
    const said = Object.entries(of('')).filter(([, value]) => value !== undefined)
    expect(Object.fromEntries(said)).toEqual({
      identityFiles: [],
      certificateFiles: [],
      needsOpenssh: [],
      unheeded: [],
    })
  })

  it('sees the user who logs in where nobody says one', () => {
    const text = 'Match user root\nPort 1\nMatch user ann\nPort 2\nMatch all\nIdentityFile /%r'
    expect(of(text).port).toBe(2)
    const { port, identityFiles } = of(text, {}, { defaultUser: 'root' })
    expect([port, identityFiles]).toEqual([1, ['/root']])
  })

  it('has no agent where a variable that is not there names one', () => {
    expect(of('IdentityAgent $NO_SUCH').identityAgent).toBe('none')
    expect(of('IdentityAgent SSH_AUTH_SOCK').identityAgent).toBeUndefined()
  })

  it('is told apart by tags, as newer ones do', () => {
    expect(of('Tag a\nMatch tagged a,b\nPort 1').port).toBe(1)
  })

  it('runs a command of Match exec once, whoever asks', () => {
    const ran: string[] = []
    const text = 'Match exec "ask %d"\nPort 1\nMatch exec "ask %h"\nPort 2'
    const run = (command: string) => ran.push(command) > 0
    const config = { run, home: '/home/ann' }
    of(text, {}, config)
    expect(ran).toEqual(['ask /home/ann', 'ask lb1'])
  })
})
