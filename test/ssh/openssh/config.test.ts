import fc from 'fast-check'
import { expect, it } from 'vitest'

import { ReachError } from '../../../src/errors.ts'
import { configOf } from '../../../src/ssh/openssh/config.ts'
import type { Reach } from '../../../src/ssh/reach.ts'
import { hopsOf } from '../../../src/ssh/hop.ts'
import { sayingAll } from '../reach-of.ts'

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
  checkHostIp: false,
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
  said: {
    user: 'ops',
    port: undefined,
    identityFiles: ['/keys/a', '/keys/b c'],
    userKnownHostsFiles: [],
    straight: false,
    readTwice: false,
  },
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
    IdentityAgent "none"
    GlobalKnownHostsFile "/dev/null"
    HashKnownHosts "yes"
    CheckHostIP "no"
    IdentityFile "/keys/a"
    IdentityFile "/keys/b c"
    IdentitiesOnly "yes"
    UserKnownHostsFile "/home/ops/.ssh/known_hosts" "/home/ops/.ssh/known_hosts2"
    StrictHostKeyChecking "accept-new"
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
    User "ops"
    "
  `)
})

it('says of a host that has not moved what the inventory says, and leaves the rest to the files', () => {
  expect(write([plain], 0)).toMatchInlineSnapshot(`
    "User "ops"
    IdentityFile "/keys/a"
    IdentityFile "/keys/b c"
    IdentitiesOnly "yes"
    StrictHostKeyChecking "accept-new"
    ConnectTimeout "10"
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
    ForkAfterAuthentication "no"
    StdinNull "no"
    BatchMode "yes"
    ControlMaster "yes"
    ControlPath "/tmp/dial/control"
    ControlPersist "no"
    PermitLocalCommand "yes"
    LocalCommand echo up
    Include "/home/ops/.ssh/config"
    Include "/etc/ssh/ssh_config"
    User "ops"
    "
  `)
})

it('is written for the jump host', () => {
  const lines = write([{ ...jump, proxyCommand: 'nc -X 5 %h 22' }, plain], 0).split('\n')
  expect(lines.filter((line) => line.startsWith('HostName'))).toEqual([])
  // What its own file says stands there.
  expect(lines.filter((line) => line.startsWith('ProxyCommand'))).toEqual([])
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
  const first = {
    ...{ name: 'n', host: 'h', user: 'u', hostKeyAlias: 'a', identityFiles: [] },
    ...{ agentSocket: '/a', userKnownHostsFiles: ['f'], bindAddress: 'b', proxyCommand: undefined },
  }
  fc.assert(
    fc.property(wish, wish, (one, other) => {
      const reaches = [sayingAll({ ...plain, ...one }), sayingAll({ ...plain, ...other })] as const
      const tame = [
        { ...plain, ...one, hostKeyAlias: 'a', agentSocket: '/a', bindAddress: 'b' },
        { ...plain, ...other, hostKeyAlias: 'a', agentSocket: '/a', bindAddress: 'b' },
      ].map((each) =>
        sayingAll({
          ...each,
          name: 'n',
          host: 'h',
          user: 'u',
          proxyCommand: each.proxyCommand === undefined ? undefined : 'c',
          identityFiles: each.identityFiles.map(() => 'f'),
          userKnownHostsFiles: ['f'],
        }),
      ) as unknown as readonly [Reach, Reach]
      const places = [
        [0, undefined],
        [1, undefined],
        [1, '192.0.2.99'],
      ] as const
      for (const [n, at] of places) {
        let text: string
        try {
          text = write(reaches, n, at)
        } catch (error) {
          expect(error).toBeInstanceOf(ReachError)
          continue
        }
        expect(keywords(text)).toEqual(keywords(write(tame, n, at)))
        for (const line of text.trimEnd().split('\n')) {
          expect(line).toMatch(/^(\w+( "[^"\\]+")+|LocalCommand echo up|ProxyCommand .*)$/)
        }
      }
    }),
    // No shell can hold it, and the way to the second host is a command.
    { examples: [[first, { ...first, host: 'h\0' }]] },
  )
})
