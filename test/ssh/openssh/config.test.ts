import fc from 'fast-check'
import { expect, it } from 'vitest'

import { ReachError } from '../../../src/errors.ts'
import { configOf } from '../../../src/ssh/openssh/config.ts'
import type { Reach } from '../../../src/ssh/reach.ts'
import { hopsOf } from '../../../src/ssh/hop.ts'

const files = {
  config: (n: number) => `/tmp/dial/config.${String(n)}`,
  log: (n: number) => `/tmp/dial/log.${String(n)}`,
  controlSocket: '/tmp/dial/control',
  included: ['/home/ops/.ssh/config', '/etc/ssh/ssh_config'],
}
const plain: Reach = {
  name: 'lb1',
  host: '192.0.2.11',
  port: 2222,
  user: 'ops',
  hostKeyAlias: undefined,
  identityFiles: ['/keys/a', '/keys/b c'],
  identitiesOnly: true,
  agentSocket: undefined,
  userKnownHostsFiles: ['/home/ops/.ssh/known_hosts', '/home/ops/.ssh/known_hosts2'],
  globalKnownHostsFiles: [],
  strictHostKeyChecking: 'accept-new',
  hashKnownHosts: true,
  connectTimeout: 10,
  serverAliveInterval: 5,
  serverAliveCountMax: 3,
  addressFamily: 'any',
  bindAddress: undefined,
  proxyCommand: undefined,
  logins: ['publickey'],
  numberOfPasswordPrompts: 3,
  algorithms: {},
  become: undefined,
}
const jump: Reach = { ...plain, name: 'jump', host: 'fe80::1%eth0', port: 22 }
const write = (reaches: readonly [Reach, ...Reach[]], n: number, at?: string): string =>
  configOf(hopsOf('lb1', reaches, at), n, files, { version: 9.2, asks: false })

it('is written for a host behind another, which has moved', () => {
  expect(write([jump, plain], 1, '192.0.2.99')).toMatchInlineSnapshot(`
    "HostName "192.0.2.99"
    HostKeyAlias "[192.0.2.11]:2222"
    Port "2222"
    User "ops"
    AddressFamily "any"
    IdentityFile "/keys/a"
    IdentityFile "/keys/b c"
    IdentitiesOnly "yes"
    IdentityAgent "none"
    UserKnownHostsFile "/home/ops/.ssh/known_hosts" "/home/ops/.ssh/known_hosts2"
    GlobalKnownHostsFile "/dev/null"
    StrictHostKeyChecking "accept-new"
    HashKnownHosts "yes"
    ConnectTimeout "20"
    ServerAliveInterval "5"
    ServerAliveCountMax "3"
    ClearAllForwardings "yes"
    EscapeChar "none"
    ForwardAgent "no"
    ForwardX11 "no"
    LogLevel "INFO"
    NoHostAuthenticationForLocalhost "no"
    RemoteCommand "none"
    RequestTTY "no"
    Tunnel "no"
    UpdateHostKeys "no"
    VisualHostKey "no"
    CheckHostIP "no"
    ForkAfterAuthentication "no"
    StdinNull "no"
    ProxyUseFdpass "no"
    BatchMode "yes"
    ControlMaster "yes"
    ControlPath "/tmp/dial/control"
    ControlPersist "no"
    PermitLocalCommand "yes"
    LocalCommand echo up
    ProxyCommand ssh -F /tmp/dial/config.0 -E /tmp/dial/log.0 -W '[192.0.2.99]:2222' -- jump
    Include "/home/ops/.ssh/config"
    Include "/etc/ssh/ssh_config"
    "
  `)
})

it('is written for the jump host', () => {
  const lines = write([{ ...jump, proxyCommand: 'nc -X 5 %h 22' }, plain], 0).split('\n')
  expect(lines).toContain('HostName "fe80::1%%eth0"')
  expect(lines).toContain('ProxyCommand nc -X 5 %%h 22')
  expect(lines).toContain('ControlMaster "no"')
})

it('no word of it becomes another line or another word', () => {
  const word = fc.string({ unit: 'binary' })
  const wish = fc.record({
    name: word,
    host: word,
    user: word,
    hostKeyAlias: word,
    identityFiles: fc.array(word, { maxLength: 2 }),
    agentSocket: word,
    userKnownHostsFiles: fc.array(word, { minLength: 1, maxLength: 2 }),
    bindAddress: word,
    proxyCommand: fc.option(word, { nil: undefined }),
  })
  const keywords = (text: string): readonly string[] =>
    text.split('\n').map((line) => line.split(' ')[0] ?? '')
  fc.assert(
    fc.property(wish, wish, (one, other) => {
      const reaches = [
        { ...plain, ...one },
        { ...plain, ...other },
      ] as const
      const tame = [
        { ...plain, ...one, hostKeyAlias: 'a', agentSocket: '/a', bindAddress: 'b' },
        { ...plain, ...other, hostKeyAlias: 'a', agentSocket: '/a', bindAddress: 'b' },
      ].map((each) => ({
        ...each,
        name: 'n',
        host: 'h',
        user: 'u',
        proxyCommand: each.proxyCommand === undefined ? undefined : 'c',
        identityFiles: each.identityFiles.map(() => 'f'),
        userKnownHostsFiles: ['f'],
      })) as unknown as readonly [Reach, Reach]
      for (const n of [0, 1]) {
        let text: string
        try {
          text = write(reaches, n)
        } catch (error) {
          expect(error).toBeInstanceOf(ReachError)
          continue
        }
        expect(keywords(text)).toEqual(keywords(write(tame, n)))
        for (const line of text.trimEnd().split('\n')) {
          expect(line).toMatch(/^(\w+( "[^"\\]+")+|LocalCommand echo up|ProxyCommand .*)$/)
        }
      }
    }),
  )
})
