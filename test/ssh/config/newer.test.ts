import { rmSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { createHash } from 'node:crypto'
import { afterAll, describe, expect, it } from 'vitest'

import { noSsh, type InstalledSsh } from '../../../src/ssh/config/installed-ssh.ts'
import { folder, of, read, refusal } from './read.ts'

afterAll(() => rmSync(folder, { recursive: true }))

/** An ssh that calls itself so, and reads whatever there is. */
const calling = (release: string, more: Partial<InstalledSsh> = {}): InstalledSsh => ({
  release: () => release,
  version: () => Number(/\d+\.\d+/.exec(release)?.[0]),
  objections: () => '',
  resolve: () => Promise.resolve({ wrong: 'it was asked' }),
  ...more,
})
const of92 = calling('OpenSSH_9.2p1 Debian-2+deb12u10')
const of96 = calling('OpenSSH_9.6p1')
const of98 = calling('OpenSSH_9.8p1')
const of100 = calling('OpenSSH_10.0p1 Debian-7')

describe('Match', () => {
  const [own = ''] = Object.values(networkInterfaces()).flatMap(
    (each) => each?.flatMap(({ address }) => (address.includes('%') ? [] : [address])) ?? [],
  )
  it.each<[string, boolean, InstalledSsh]>([
    ['localnetwork 127.0.0.0/8', true, of96],
    ['localnetwork 127.0.0.1', true, of96],
    [`localnetwork 198.51.100.0/24,${own}`, true, of96],
    ['!localnetwork 127.0.0.0/8', false, of96],
    ['version OpenSSH_10.*', true, of100],
    ['version "OpenSSH_10.0p1 Debian*"', true, of100],
    ['version OpenSSH_9.*,!OpenSSH_10*', false, of100],
    ['!version OpenSSH_1?.*', false, of100],
    ['sessiontype exec', true, of100],
    ['sessiontype shell,subsystem', false, of100],
    ['!sessiontype shell', true, of100],
    ['command ""', true, of100],
    ['command=""', true, of100],
    ['command scp*', false, of100],
    ['!command scp*', true, of100],
    ['tagged ""', true, of100],
    ['tagged *', false, of100],
    // Until 10.0 no tag was as any other.
    ['tagged *', true, of98],
    // Since 9.9 a Match is cut as any other line.
    ["host 'lb1'", true, of100],
    ["host 'lb1'", false, of98],
    ['host=lb1', true, of100],
    ['host=lb1', true, of98],
    ['exec "test %j = x"', false, of100],
  ])('%s: %s', async (condition, holds, ssh) => {
    const { port } = await of(`Match ${condition}\nPort 7`, {}, { ssh })
    expect(port).toBe(holds ? 7 : undefined)
  })

  it('asks for a session of another kind where SessionType says so', async () => {
    const text = 'SessionType subsystem\nMatch sessiontype subsystem\nPort 7'
    expect((await of(text, {}, { ssh: of100 })).port).toBe(7)
  })

  it.each(['10.0.0.0/33', '10.0.0.1/8', 'fe80::/129', 'host', '10.0.0.0/8,'])(
    'localnetwork %s is none',
    async (list) => {
      const text = `Match localnetwork ${list}`
      expect(await refusal(() => read(text))).toContain('is no network like 192.0.2.0/24')
    },
  )
})

describe('tokens', () => {
  const sum = (...parts: readonly string[]): string =>
    createHash('sha1').update(parts.join('')).digest('hex')
  const jump = 'ProxyJump u@first,second:2222\nIdentityFile /%C'

  it('%j is the last hop of ProxyJump, since 9.6', async () => {
    const text = 'ProxyJump first,ops@[2001:db8::1]:22\nIdentityFile /%j'
    expect((await of(text, {}, { ssh: of96 })).identityFiles).toEqual(['/2001:db8::1'])
    expect((await of('IdentityFile /%j', {}, { ssh: of96 })).identityFiles).toEqual(['/'])
    expect(await refusal(() => of(text, {}, { ssh: of92 }))).toContain('it was asked')
  })

  it('%C counts it in, since then', async () => {
    const files = async (ssh: InstalledSsh) => (await of(jump, {}, { ssh })).identityFiles
    expect(await files(of92)).toEqual([`/${sum('desk.example', 'lb1', '22', 'ann')}`])
    expect(await files(of96)).toEqual([`/${sum('desk.example', 'lb1', '22', 'ann', 'second')}`])
  })

  it.each([
    ['User %n', of100],
    ['Include %n', of100],
    ['Include ${LB}/x', of100],
  ])('%s is left to a newer ssh', async (text, ssh) => {
    expect(await refusal(() => of(text, {}, { ssh, env: { LB: '/x' } }))).toContain('it was asked')
    const older = { ssh: of92, env: { LB: '/x' } }
    expect(await refusal(() => of(text, {}, older))).toBe('nothing is wrong')
  })
})

describe('what lbprov does not know', () => {
  const unknown = 'Host lb1\n  Prot 22\nHost db*\n  Match9 x\nHost db1\nPort 7'
  const asked: string[] = []
  const printed = 'user ops\nhostname lb1.example\nport 2222\nconnecttimeout none\n'
  const knowing = calling('OpenSSH_11.1p1', {
    resolve: ({ name }) => {
      asked.push(name)
      return Promise.resolve({ text: printed })
    },
  })

  it('is left to an ssh that reads it, for the hosts that it is about', async () => {
    const config = read(unknown, { ssh: knowing })
    expect((await config.of('rs1', {})).port).toBeUndefined()
    expect(asked).toEqual([])
    const all = await Promise.all([1, 2, 3].map(() => config.of('lb1', {})))
    const [found] = all
    expect(found).toMatchObject({ user: 'ops', hostName: 'lb1.example', port: 2222 })
    expect(found?.connectTimeout).toBeUndefined()
    expect(found?.needsOpenssh).toMatchObject([{ option: 'Prot', value: '22', line: 2 }])
    expect(asked).toEqual(['lb1'])
  })

  it('is a fault where ssh refuses it, as ssh says it', async () => {
    const file = `${folder}/config`
    const objections = (): string =>
      `Unsupported Match attribute localnetwork\n${file} line 1: Bad Match condition\n${file}: terminating, 1 bad configuration options`
    const ssh = calling('OpenSSH_9.2p1', { objections })
    const text = 'Match localnetwork 192.0.2.0/24\nPort 7'
    expect(await refusal(() => read(text, { ssh }))).toMatchInlineSnapshot(
      `"~/config:1:1: ssh refuses it: Bad Match condition (Unsupported Match attribute localnetwork)"`,
    )
  })

  it('is a fault where there is no ssh to be asked', async () => {
    expect(await refusal(() => read(unknown, { ssh: noSsh }))).toMatchInlineSnapshot(`
      "~/config:2:3: "Prot" is no option of ssh_config(5); did you mean Port?
      ~/config:4:3: "Match9" is no option of ssh_config(5); did you mean Match?"
    `)
  })

  it('is nothing that a name goes into which a shell would obey', async () => {
    const config = read(unknown.replace('Host lb1', 'Host *'), { ssh: knowing })
    const before = asked.length
    expect(await refusal(() => config.of('$(id)', {}))).toContain('a shell would obey it')
    expect(asked.length).toBe(before)
  })
})

describe('processes', () => {
  const counting = () => {
    const started: string[] = []
    const ssh = calling('OpenSSH_9.2p1', {
      release: () => {
        started.push('ssh -V')
        return 'OpenSSH_9.2p1'
      },
      objections: () => {
        started.push('ssh -G')
        return ''
      },
      resolve: ({ name }) => {
        started.push(`ssh -G ${name}`)
        const text = 'hostname x\nport 22\nuser root\ncanonicalizehostname true\n'
        return Promise.resolve({ text })
      },
    })
    return { ssh, started }
  }
  const names = Array.from({ length: 1000 }, (_, n) => `rs${String(n)}`)

  it('are none for a thousand hosts that lbprov knows', async () => {
    const { ssh, started } = counting()
    const config = read('Host rs*\n  Port 7\n  IdentityFile ~/%h\nMatch host rs9\n  User ops', {
      ssh,
    })
    await Promise.all(names.map((name) => config.of(name, {})))
    expect(started).toEqual([])
  })

  it('are one for each host that only ssh knows', async () => {
    const { ssh, started } = counting()
    const text = 'Host rs7 rs8\n  CanonicalizeHostname yes\nHost rs*\n  Port 7'
    const config = read(text, { ssh })
    await Promise.all([...names, ...names].map((name) => config.of(name, {})))
    expect(started).toEqual(['ssh -G rs7', 'ssh -G rs8'])
  })
})

describe('commands of Match exec', () => {
  it('of several hosts run beside each other, each once', async () => {
    const names = Array.from({ length: 13 }, (_, n) => `rs${String(n)}`)
    const ran: string[] = []
    const end: (() => void)[] = []
    // None ends before all have begun.
    const run = async (command: string): Promise<boolean> => {
      ran.push(command)
      await new Promise<void>((go) => {
        end.push(go)
        if (end.length === names.length) end.forEach((each) => each())
      })
      return command.endsWith('3')
    }
    const config = read('Match exec "reach %h"\n  Port 7', { run })
    const found = await Promise.all([...names, ...names].map((name) => config.of(name, {})))
    expect(ran).toEqual(names.map((name) => `reach ${name}`))
    expect(found.flatMap(({ port }, n) => (port === 7 ? [n] : []))).toEqual([3, 16])
  })

  it('run behind one another for one host, and none behind one that decides against it', async () => {
    const ran: string[] = []
    const run = (command: string): Promise<boolean> =>
      Promise.resolve(ran.push(command) > 0 && command !== 'no')
    const text =
      'Match exec yes\n  User ops\nMatch exec no exec never\n  Port 7\nMatch user ops exec "%r"\n  Port 8'
    expect((await of(text, {}, { run })).port).toBe(8)
    expect(ran).toEqual(['yes', 'no', 'ops'])
  })
})
