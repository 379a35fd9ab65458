import { describe, expect, it } from 'vitest'

import type { Ssh } from '../../src/inventory/cluster.ts'
import { Secret } from '../../src/secret.ts'
import type { Reach, Route } from '../../src/ssh/reach.ts'
import { nothing, refusal, route, way } from './routes.ts'

const last = (found: Route): Reach => found.hops.at(-1) ?? found.hops[0]

describe('what neither inventory nor ssh_config says', () => {
  it('is as OpenSSH has it, but for the user', async () => {
    const found = await route('')
    expect(found).toMatchObject({ transport: 'ssh2', because: undefined, remarks: [] })
    expect(last(found)).toEqual({
      name: 'rs1',
      host: 'rs1',
      port: 22,
      user: 'root',
      hostKeyAlias: undefined,
      identityFiles: [],
      identitiesOnly: false,
      agentSocket: '/run/agent',
      userKnownHostsFiles: ['/home/ops/.ssh/known_hosts', '/home/ops/.ssh/known_hosts2'],
      globalKnownHostsFiles: ['/etc/ssh/ssh_known_hosts'],
      strictHostKeyChecking: 'yes',
      hashKnownHosts: false,
      checkHostIp: false,
      connectTimeout: 10,
      serverAliveInterval: 5,
      serverAliveCountMax: 3,
      addressFamily: 'any',
      bindAddress: undefined,
      proxyCommand: undefined,
      logins: ['publickey', 'keyboard-interactive', 'password'],
      numberOfPasswordPrompts: 3,
      algorithms: {},
      become: undefined,
      said: {
        user: undefined,
        port: undefined,
        identityFiles: [],
        userKnownHostsFiles: [],
        straight: false,
        readTwice: false,
      },
    } satisfies Reach)
  })
})

describe('the inventory wins over ssh_config, which wins over the defaults', () => {
  const table: readonly (readonly [
    what: keyof Reach,
    said: Partial<Ssh>,
    config: string,
    inventory: unknown,
    configured: unknown,
  ])[] = [
    ['port', { port: 2200 }, 'Port 2222', 2200, 2222],
    ['user', { user: 'admin' }, 'User ops', 'admin', 'ops'],
    ['host', {}, 'HostName 10.0.0.9', '10.0.0.9', '10.0.0.9'],
    ['host', {}, 'HostName %h.example.com', 'rs1.example.com', 'rs1.example.com'],
    ['host', {}, 'HostName fe80::1%%eth0', 'fe80::1%eth0', 'fe80::1%eth0'],
    ['hostKeyAlias', {}, 'HostKeyAlias web', 'web', 'web'],
    ['identityFiles', { identityFiles: ['/k'] }, 'IdentityFile ~/a', ['/k'], ['/home/ops/a']],
    ['identitiesOnly', { identityFiles: ['/k'] }, 'IdentityFile ~/a', true, false],
    ['identitiesOnly', { identityFiles: ['/k'] }, 'IdentitiesOnly yes', true, true],
    ['noIdentityFile', {}, 'IdentityFile none', true, true],
    ['agentSocket', {}, 'IdentityAgent ~/agent', '/home/ops/agent', '/home/ops/agent'],
    ['agentSocket', {}, 'IdentityAgent none', undefined, undefined],
    [
      'userKnownHostsFiles',
      { userKnownHostsFiles: ['/k'] },
      'UserKnownHostsFile ~/a /b',
      ['/k'],
      ['/home/ops/a', '/b'],
    ],
    ['globalKnownHostsFiles', {}, 'GlobalKnownHostsFile none', [], []],
    [
      'strictHostKeyChecking',
      { strictHostKeyChecking: 'yes' },
      'StrictHostKeyChecking accept-new',
      'yes',
      'accept-new',
    ],
    [
      'strictHostKeyChecking',
      { strictHostKeyChecking: 'accept-new' },
      'StrictHostKeyChecking yes',
      'accept-new',
      'yes',
    ],
    ['strictHostKeyChecking', {}, 'StrictHostKeyChecking ask', 'yes', 'yes'],
    ['hashKnownHosts', {}, 'HashKnownHosts yes', true, true],
    ['checkHostIp', {}, 'CheckHostIP yes', true, true],
    ['connectTimeout', { connectTimeout: 3 }, 'ConnectTimeout 30', 3, 30],
    ['connectTimeout', { connectTimeout: 3 }, 'ConnectTimeout none', 3, 120],
    ['serverAliveInterval', {}, 'ServerAliveInterval 2', 2, 2],
    ['serverAliveInterval', {}, 'ServerAliveInterval 0', 5, 5],
    ['serverAliveCountMax', {}, 'ServerAliveCountMax 2', 2, 2],
    ['serverAliveCountMax', {}, 'ServerAliveCountMax 9', 3, 3],
    ['addressFamily', {}, 'AddressFamily inet6', 'inet6', 'inet6'],
    ['bindAddress', {}, 'BindAddress 10.0.0.1', '10.0.0.1', '10.0.0.1'],
    [
      'logins',
      {},
      'PasswordAuthentication no',
      ['publickey', 'keyboard-interactive'],
      ['publickey', 'keyboard-interactive'],
    ],
    [
      'logins',
      {},
      'PreferredAuthentications password,publickey',
      ['password', 'publickey'],
      ['password', 'publickey'],
    ],
    ['logins', {}, 'BatchMode yes', ['publickey'], ['publickey']],
    ['numberOfPasswordPrompts', {}, 'NumberOfPasswordPrompts 1', 1, 1],
    ['proxyCommand', { proxyJump: [] }, 'ProxyCommand nc %h %p', undefined, 'nc rs1 22'],
    [
      'algorithms',
      {},
      'HostKeyAlgorithms ssh-ed25519,sk-ssh-ed25519@openssh.com',
      { hostKey: ['ssh-ed25519'], best: 'any' },
      { hostKey: ['ssh-ed25519'], best: 'any' },
    ],
    [
      'algorithms',
      {},
      'Ciphers ^aes256-ctr',
      {
        cipher: [
          'aes256-ctr',
          'aes128-gcm@openssh.com',
          'aes256-gcm@openssh.com',
          'chacha20-poly1305@openssh.com',
          'aes128-ctr',
          'aes192-ctr',
        ],
      },
      {
        cipher: [
          'aes256-ctr',
          'aes128-gcm@openssh.com',
          'aes256-gcm@openssh.com',
          'chacha20-poly1305@openssh.com',
          'aes128-ctr',
          'aes192-ctr',
        ],
      },
    ],
  ]
  it.each(table)('%s: %j over %j', async (what, said, config, inventory, configured) => {
    expect(last(await route(config))[what]).toEqual(configured)
    expect(last(await route(config, said))[what]).toEqual(inventory)
  })

  it('becomes root only where the way ends', async () => {
    const become = { method: 'sudo', user: 'root', password: new Secret('x') } as const
    const { hops } = await route('', { become, proxyJump: [{ ...nothing, host: 'bastion' }] })
    expect(hops.map((hop) => hop.become)).toEqual([undefined, become])
  })
})

describe('jumps', () => {
  const jump = (said: Partial<Ssh>): Ssh => ({ ...nothing, ...said })

  it.each<readonly [string, string, Partial<Ssh>, readonly string[]]>([
    [
      'of ssh_config, as whoever runs lbprov',
      'Host rs1\n ProxyJump bastion',
      {},
      ['ops@bastion:22', 'root@rs1:22'],
    ],
    [
      'of ssh_config, each by its own Host',
      'Host rs1\n ProxyJump jump@a:2200,ssh://[2001:db8::1]:22\nHost a\n HostName 10.0.0.1\n User nobody',
      {},
      ['jump@10.0.0.1:2200', 'ops@2001:db8::1:22', 'root@rs1:22'],
    ],
    [
      'of the nearest jump, and of no other',
      'Host rs1\n ProxyJump a,b\nHost a\n ProxyJump c\nHost b\n ProxyJump d',
      {},
      ['ops@c:22', 'ops@a:22', 'ops@b:22', 'root@rs1:22'],
    ],
    [
      'of the inventory over those of ssh_config',
      'Host rs1\n ProxyJump a\nHost lb1\n HostName 10.0.0.1\n User lb',
      { proxyJump: [jump({ host: 'lb1' })] },
      ['lb@10.0.0.1:22', 'root@rs1:22'],
    ],
    [
      'of the inventory, the nearest by ssh_config',
      'Host lb1\n ProxyJump bastion',
      { proxyJump: [jump({ host: 'lb1' }), jump({ host: 'lb2', proxyJump: [] })] },
      ['ops@bastion:22', 'root@lb1:22', 'root@lb2:22', 'root@rs1:22'],
    ],
    [
      'of the inventory, where it says that there are none before',
      'Host *\n ProxyJump bastion',
      { proxyJump: [jump({ host: 'lb1', proxyJump: [] })] },
      ['root@lb1:22', 'root@rs1:22'],
    ],
    [
      'none: the inventory’s word',
      'Host *\n ProxyJump bastion',
      { proxyJump: [] },
      ['root@rs1:22'],
    ],
    [
      'none: ssh_config’s word',
      'Host rs1\n ProxyJump none\nHost *\n ProxyJump bastion',
      {},
      ['root@rs1:22'],
    ],
    ['none: on this very machine', 'ProxyJump bastion', { transport: 'local' }, ['root@rs1:22']],
  ])('%s', async (_, config, said, expected) => {
    expect(way(await route(config, said))).toEqual(expected)
  })

  it('a command stands before the nearest alone', async () => {
    const config = 'Host rs1\n ProxyJump a,b\nHost a b\n ProxyCommand nc %h %p'
    expect((await route(config)).hops.map(({ proxyCommand }) => proxyCommand)).toEqual([
      'nc a 22',
      undefined,
      undefined,
    ])
  })

  it('in a circle, too many, or to nobody are refused', async () => {
    expect(await refusal('ProxyJump bastion')).toMatchInlineSnapshot(
      `"rs1: ssh_config jumps in a circle: rs1 → bastion → bastion. Write ProxyJump none for one of them there, or proxy_jump: none in the inventory."`,
    )
    expect(await refusal('Host rs1\n ProxyJump a\nHost a\n ProxyJump rs1')).toMatchInlineSnapshot(
      `"rs1: ssh_config jumps in a circle: rs1 → a → rs1. Write ProxyJump none for one of them there, or proxy_jump: none in the inventory."`,
    )
    const many = Array.from({ length: 17 }, (_, n) => `h${String(n)}`).join()
    expect(await refusal(`Host rs1\n ProxyJump ${many}`)).toMatchInlineSnapshot(
      `"rs1: the way to it has more than 16 hosts. Shorten it with proxy_jump in the inventory, or with ProxyJump in ssh_config."`,
    )
    const long = Array.from(
      { length: 40 },
      (_, n) => `Host h${String(n)}\n ProxyJump h${String(n + 1)}\n`,
    )
    expect(await refusal(`Host rs1\n ProxyJump h0\n${long.join('')}`)).toMatchInlineSnapshot(
      `"rs1: the way to it has more than 16 hosts. Shorten it with proxy_jump in the inventory, or with ProxyJump in ssh_config."`,
    )
  })
})
