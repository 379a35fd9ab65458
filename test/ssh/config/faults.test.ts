import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'

import { folder, of, read, readOwn, refusal } from './read.ts'

const ssh = join(folder, '.ssh')
beforeEach(() => {
  rmSync(ssh, { recursive: true, force: true })
  mkdirSync(ssh)
})
afterAll(() => rmSync(folder, { recursive: true }))

const put = (name: string, text: string, mode = 0o600): void => {
  writeFileSync(join(ssh, name), text)
  chmodSync(join(ssh, name), mode)
}

describe('what is wrong is said with its place', () => {
  it('all of it at once', async () => {
    const text = [
      'Hostnmae lb1.example',
      'Host lb1',
      '  Port 70000',
      '  User',
      '  IdentitiesOnly maybe # so',
      '  Port 22 23',
      '  User "ops',
      '  StrictHostKeyChecking accept_new',
      '  ConnectTimeout 5y',
      '  NumberOfPasswordPrompts -1',
      '  UserKnownHostsFile none /k',
      '  UserKnownHostsFile ""',
      '  ProxyJump a, b',
      '  IdentityAgent ${NO_SUCH}',
      '  IdentityAgent $not-a-name',
      'Host ""',
    ].join('\n')
    expect(await refusal(() => read(text))).toMatchInlineSnapshot(`
      "~/config:1:1: "Hostnmae" is no option of ssh_config(5); did you mean HostName?
      ~/config:3:8: Port needs a port from 1 to 65535, not "70000"
      ~/config:4:3: "User" has no value
      ~/config:5:18: "maybe" is not a value for IdentitiesOnly (one of: yes, no, true, false)
      ~/config:6:11: Port takes one value; "23" is one more
      ~/config:7:8: a quote is opened here and not closed
      ~/config:8:25: "accept_new" is not a value for StrictHostKeyChecking; did you mean "accept-new"? (one of: yes, no, true, false, ask, off, accept-new)
      ~/config:9:18: ConnectTimeout needs a time like 90, 1m30s or none, not "5y"
      ~/config:10:27: NumberOfPasswordPrompts needs a whole number, not "-1"
      ~/config:11:22: "none" stands alone in UserKnownHostsFile
      ~/config:12:22: UserKnownHostsFile has an empty value
      ~/config:13:13: ProxyJump needs [user@]host[:port] or ssh:// addresses with commas and no blanks between; "" is none
      ~/config:14:17: IdentityAgent: the environment has no NO_SUCH
      ~/config:15:17: IdentityAgent: "not-a-name" is no name of an environment variable
      ~/config:16:6: Host has an empty pattern"
    `)
  })

  it('of Match', async () => {
    const text = [
      'Match',
      'Match host',
      'Match hots lb1',
      'Match user ann all host x',
      'Match localnetwork 192.0.2.0/24',
      'Match exec "test %x"',
      'Match user "" x',
    ].join('\n')
    expect(await refusal(() => read(text))).toMatchInlineSnapshot(`
      "~/config:1:1: "Match" has no value
      ~/config:2:7: Match host needs something to compare with
      ~/config:3:7: "hots" is not a condition of Match; did you mean "host"? (one of: all, canonical, final, host, originalhost, user, localuser, exec, tagged, localnetwork, version, sessiontype, command)
      ~/config:4:16: "all" cannot stand with other conditions of Match
      ~/config:6:12: %x is no token that Match exec knows
      ~/config:7:7: Match user needs something to compare with"
    `)
  })

  it('of a file that is named and not there', async () => {
    expect(await refusal(() => readOwn({ file: join(folder, 'nowhere') }))).toMatchInlineSnapshot(
      `"~/nowhere:1:1: there is no such file; name one of ssh_config(5), or none"`,
    )
  })

  it('of what cannot be followed for one host', async () => {
    const wrong = (text: string) => refusal(() => of(text))
    expect(
      await Promise.all(
        [
          'HostName %d',
          'HostName x%',
          'IdentityFile %z',
          'IdentityFile ${NO_SUCH}/id',
          'IdentityFile ~bob/id',
          'ProxyCommand nc %d',
          'Host lb2\nIgnoreUnknown foo\nHost *\nFoo x',
        ].map(wrong),
      ),
    ).toMatchInlineSnapshot(`
      [
        "~/config:1:1: HostName: %d is no token of it; known here: %h %%; no OpenSSH is installed here that could be asked",
        "~/config:1:1: HostName: it ends in a single %; known here: %h %%; no OpenSSH is installed here that could be asked",
        "~/config:1:1: IdentityFile: %z is no token of it; known here: %C %L %d %h %i %j %k %l %n %p %r %u %%; no OpenSSH is installed here that could be asked",
        "~/config:1:1: IdentityFile: the environment has no NO_SUCH; no OpenSSH is installed here that could be asked",
        "~/config:1:1: IdentityFile: ~bob is not looked up; write the whole path; no OpenSSH is installed here that could be asked",
        "~/config:1:1: ProxyCommand: %d is no token of it; known here: %h %k %n %p %r %%; no OpenSSH is installed here that could be asked",
        "~/config:4:1: "Foo" is no option of ssh_config(5); no OpenSSH is installed here that could be asked",
      ]
    `)
  })

  it('and nothing of a block for another host', async () => {
    expect(await refusal(() => of('Host lb2\nHostName %d\nIdentityFile ~bob/id'))).toBe(
      'nothing is wrong',
    )
  })

  it('never with what a terminal obeys', async () => {
    expect(await refusal(() => read('\u001b[31mPort 1\nPort \u001b[2J'))).not.toContain('\u001b')
  })
})

describe('names go into a command only where no shell obeys them', () => {
  const config = read('Match exec "true %h"\nPort 1\nHost *\nProxyCommand nc %h %p %r')
  it.each(['$(id)', 'a;b', 'a b', '`id`', "a'b", '-oProxyCommand=x', 'a\nb', 'a|b', 'a>b'])(
    '%j',
    async (name) => {
      expect(await refusal(() => config.of(name, {}))).toContain('a shell would obey it')
      const proxy = read('ProxyCommand nc %h %p %r')
      expect(await refusal(() => proxy.of('lb1', { user: name }))).toContain(
        'a shell would obey it',
      )
    },
  )

  it('is a sentence', async () => {
    const proxy = 'ProxyCommand nc %h'
    expect(await refusal(() => read(proxy).of('$(id)', {}))).toMatchInlineSnapshot(
      `"~/config:1:1: ProxyCommand: "$(id)" is put into a command here, and a shell would obey it; only letters, digits and _.:%@+,=/[]- can stand there"`,
    )
  })

  it('and others pass', async () => {
    const { proxyCommand } = await of('HostName fe80::1%%eth0\nProxyCommand nc %h %r', {
      user: 'a@b.c',
    })
    expect(proxyCommand).toBe('nc fe80::1%eth0 a@b.c')
  })
})

describe('files', () => {
  it('that are not there say nothing', () => {
    expect(readOwn().files).toEqual([])
    expect(readOwn({ file: 'none' }).files).toEqual([])
  })

  it('are named: the user own first', () => {
    put('config', 'Port 1\n')
    writeFileSync(join(folder, 'ssh_config'), 'Port 2\n')
    expect(readOwn().files.map((file) => file.replace(folder, '~'))).toEqual([
      '~/.ssh/config',
      '~/ssh_config',
    ])
    rmSync(join(folder, 'ssh_config'))
  })

  it.each([0o620, 0o602, 0o666])('that others can write are refused: %o', async (mode) => {
    put('config', 'Port 1\n', mode)
    expect(await refusal(() => readOwn())).toContain('can be written by others')
    put('config', 'Include a\n')
    put('a', 'Port 1\n', mode)
    expect(await refusal(() => readOwn())).toContain('can be written by others')
  })

  it('of -F may be, as for ssh', async () => {
    put('f', 'Port 1\n', 0o666)
    expect((await readOwn({ file: join(ssh, 'f') }).of('x', {})).port).toBe(1)
  })

  it('say what to do', async () => {
    put('config', 'Port 1\n', 0o666)
    expect(await refusal(() => readOwn())).toMatchInlineSnapshot(
      `"~/.ssh/config:1:1: this file can be written by others than its owner, and OpenSSH refuses that; make it safe: chmod go-w"`,
    )
  })

  it('that include themselves end at 16 levels', async () => {
    put('config', 'Include config\n')
    expect(await refusal(() => readOwn())).toMatchInlineSnapshot(
      `"~/.ssh/config:1:9: "~/.ssh/config" is included 17 levels deep; OpenSSH goes 16 deep"`,
    )
  })

  it('that multiply end at a thousand', async () => {
    for (let n = 0; n < 15; n += 1)
      put(n === 0 ? 'config' : `c${String(n)}`, `Include c${String(n + 1)}\n`.repeat(3))
    put('c15', 'Port 1\n')
    expect(await refusal(() => readOwn())).toMatchInlineSnapshot(
      `"~/.ssh/c14:1:9: more than 1000 files and paths are included"`,
    )
  })

  it('that are too long are refused', async () => {
    put('config', '#'.repeat(2 ** 20 + 1))
    expect(await refusal(() => readOwn())).toMatchInlineSnapshot(
      `"~/.ssh/config:1:1: this file is longer than 1 MiB"`,
    )
    expect(await refusal(() => readOwn({ file: '/dev/zero' }))).toContain('longer than 1 MiB')
  })

  it('of the system include nothing from a home', async () => {
    writeFileSync(join(folder, 'ssh_config'), 'Include ~/x\n')
    expect(await refusal(() => readOwn())).toMatchInlineSnapshot(
      `"~/ssh_config:1:9: a system-wide file includes nothing from a home; write the whole path"`,
    )
    rmSync(join(folder, 'ssh_config'))
  })
})
