import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

import { Secret } from '../../../src/secret.ts'
import { sh } from '../../../src/sh/sh.ts'
import { makeBecomePasswords } from '../../../src/ssh/become-passwords.ts'
import type { Hop } from '../../../src/ssh/hop.ts'
import { hopsOf } from '../../../src/ssh/hop.ts'
import type { Link } from '../../../src/ssh/link.ts'
import { answerTo, askpassScript, questionOf } from '../../../src/ssh/openssh/askpass.ts'
import { openOpensshLink, type OpensshMeans } from '../../../src/ssh/openssh/openssh-link.ts'
import type { Reach } from '../../../src/ssh/reach.ts'
import { openWire } from '../../../src/ssh/wire.ts'
import { makeKey } from '../../toy/keys.ts'
import { person } from '../people.ts'
import { hopTo, reachOf, sayingAll } from '../reach-of.ts'
import { failure, folder, toy } from '../scene.ts'
import { meansOf } from './means.ts'

const sealed = makeKey(join(folder(), 'sealed'), 'ed25519', 'open sesame')
const accounts = { root: { authorizedKeys: [sealed.publicKey] } }
const host = await toy({ name: 'lb1', sharesNetwork: true, accounts })
const other = await toy({ name: 'lb2', sharesNetwork: true, accounts })
const reach = reachOf(host.ssh)

/** What a command prints, and how it ends. */
const run = async (link: Link, command: string): Promise<string> => {
  const channel = await link.run(command)
  let text = ''
  const exit = await new Promise<number | undefined>((resolve) => {
    channel.listen({ data: (_, bytes) => (text += bytes.toString()), end: resolve })
  })
  return `${text}${String(exit)}`
}

const visit = async (
  hops: readonly [Hop, ...Hop[]],
  means: OpensshMeans = meansOf(),
  command = 'hostname',
): Promise<string> => {
  const link = await openOpensshLink(hops, means)
  try {
    return await run(link, command)
  } finally {
    link.close()
  }
}

/** A folder of PATH with such an ssh. */
const instead = (script: string): string => {
  const place = folder()
  writeFileSync(join(place, 'ssh'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return place
}

const folders = (pid: number | undefined): readonly string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`lbprov-ssh-${String(pid)}-`))
/** Processes that know a word. */
const processes = (word: string): readonly string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word)
    } catch {
      return false
    }
  })
const until = async (done: () => boolean): Promise<void> => {
  while (!done()) await new Promise((resolve) => setImmediate(resolve))
}

describe('one connection', () => {
  it('is enough for every command', async () => {
    const before = host.connections
    const link = await openOpensshLink([hopTo(reach)], meansOf())
    expect(await Promise.all([1, 2, 3].map((n) => run(link, `echo ${String(n)}`)))).toEqual([
      '1\n0',
      '2\n0',
      '3\n0',
    ])
    expect(await run(link, 'echo no >&2; exit 7')).toBe('no\n7')
    link.close()
    expect(host.connections).toBe(before + 1)
  })

  it('leaves nothing behind when it is closed', async () => {
    const link = await openOpensshLink([hopTo(reach)], meansOf())
    const [name = ''] = folders(process.pid)
    const hangs = await link.run('cat')
    hangs.listen({ data: () => undefined, end: () => undefined })
    expect(processes(name).length).toBeGreaterThan(1)
    link.close()
    await until(() => processes(name).length === 0 && folders(process.pid).length === 0)
    await until(() => host.open === 0)
  })

  it('leaves nothing behind when it cannot be made', async () => {
    const nobody = { ...reach, user: 'nobody' }
    await expect(visit([hopTo(nobody)])).rejects.toThrow('refuses the login of nobody')
    await until(() => folders(process.pid).length === 0 && host.open === 0)
  })

  it('leaves nothing behind when lbprov is killed', async () => {
    const program = fileURLToPath(new URL('linger.ts', import.meta.url))
    const child = spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(reach)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [bytes] = (await once(child.stdout, 'data')) as [Buffer]
    expect(bytes.toString()).toBe('begun\n')
    const [name = ''] = folders(child.pid)
    expect(processes(name).length).toBeGreaterThan(1)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await until(() => processes(name).length === 0 && folders(child.pid).length === 0)
    await until(() => host.open === 0)
  })

  it("is out of reach of the terminal's Ctrl-C", async () => {
    const link = await openOpensshLink([hopTo(reach)], meansOf())
    const [name = ''] = folders(process.pid)
    const sessionOf = (pid: string): string =>
      spawnSync('ps', ['-o', 'sid=', '-p', pid], { encoding: 'utf8' }).stdout.trim()
    const own = sessionOf(String(process.pid))
    for (const pid of processes(name)) expect(sessionOf(pid)).not.toBe(own)
    link.close()
  })

  it('says when it is lost, and by whose doing', async () => {
    const link = await openOpensshLink([hopTo(reach)], meansOf())
    const lost = new Promise<string | undefined>((resolve) => link.onLost(resolve))
    await run(link, 'hostname')
    host.cut()
    expect(await lost).toMatchInlineSnapshot(`"Connection to 127.0.0.1 closed by remote host."`)
    link.close()
  })

  it('is not made anew by a command that comes too late', async () => {
    const link = await openOpensshLink([hopTo(reach)], meansOf())
    const lost = new Promise((resolve) => link.onLost(resolve))
    host.cut()
    await lost
    const before = host.connections
    expect(await run(link, 'hostname')).toMatch(/undefined$/)
    expect(host.connections).toBe(before)
    link.close()
  })
})

it('a host that runs no command is no lost one', async () => {
  const closed = await toy({ sshd: 'MaxSessions 0' })
  const link = await openOpensshLink([hopTo(reachOf(closed.ssh))], meansOf())
  const wire = openWire(link, makeBecomePasswords(undefined))
  expect(await failure(wire.trip([{ run: sh`:` }], 20_000))).toMatchInlineSnapshot(
    `"shell: lb1 (127.0.0.1 port PORT) does not let root run a command: Session open refused by peer."`,
  )
})

it('is cut off behind the login, and a command is the first to notice', async () => {
  const hangsUp = await toy({ name: 'lb1', sshd: 'PermitRootLogin forced-commands-only' })
  // The words are ssh's own where the connection ends under it: they are not the host's.
  const late = instead(
    `case "$*" in *ProxyCommand=false*) echo "mux_client_request_session: read from master failed: Broken pipe" >&2; exit 255;; esac
PATH=$\{PATH#*:} exec ssh "$@"`,
  )
  const env = { PATH: `${late}:${String(process.env.PATH)}` }
  const hop = hopTo(reachOf(hangsUp.ssh))
  const wire = openWire(
    await openOpensshLink([hop], meansOf(undefined, { env })),
    makeBecomePasswords(undefined),
  )
  expect(await failure(wire.trip([{ run: sh`:` }], 20_000))).toContain(
    'it hung up right behind the login',
  )
})

describe('the way there', () => {
  it('has hops of one name and several ports', async () => {
    const third = await toy({ name: 'lb3', sharesNetwork: true })
    const reaches = [host, other, third].map((each): Reach => reachOf(each.ssh))
    const hops = hopsOf('lb3', reaches as unknown as readonly [Reach, ...Reach[]])
    expect(await visit(hops)).toBe('lb3\n0')
  })

  it('verifies every hop', async () => {
    const stranger = { ...reachOf(host.ssh), userKnownHostsFiles: ['/dev/null'] }
    const hops = hopsOf('lb2', [sayingAll(stranger), reachOf(other.ssh)])
    expect(await failure(visit(hops))).toMatchInlineSnapshot(`
      "host key: lb2: its jump host 127.0.0.1 port PORT shows an ED25519 key, which no known_hosts file holds. Compare what these two print, here and on its own console, and add the line to /dev/null for [127.0.0.1]:PORT:
      ssh-keyscan -t ed25519 -p PORT 127.0.0.1
      cat /etc/ssh/ssh_host_ed25519_key.pub"
    `)
  })

  it('leads to another address under the same name', async () => {
    const moved = hopsOf('lb1', [{ ...reach, host: '192.0.2.1' }], '127.0.0.1')
    const known = join(folder(), 'known_hosts')
    const line = `[192.0.2.1]:${String(reach.port)} ${host.hostKeys[0] ?? ''}\n`
    writeFileSync(known, line)
    const [hop] = moved
    const there = { ...hop, ssh: { ...hop.ssh, userKnownHostsFiles: [known] } }
    expect(await visit([there])).toBe('lb1\n0')
  })

  it('is what the user says it is', async () => {
    const marks = join(folder(), 'mark')
    const pipe = `exec 3<>/dev/tcp/127.0.0.1/${String(reach.port)}; cat <&3 & cat >&3; kill $!`
    const proxyCommand = `bash -c 'echo 100%% >${marks}; ${pipe}'`
    const config = join(folder(), 'config')
    writeFileSync(config, `ProxyCommand ${proxyCommand}\n`)
    const means = meansOf(undefined, { included: [config] })
    expect(await visit([hopTo({ ...reach, proxyCommand })], means)).toBe('lb1\n0')
    expect(readFileSync(marks, 'utf8')).toBe('100%\n')
  })
})

describe('what ssh2 lacks', () => {
  const place = folder()
  const authority = makeKey(join(place, 'authority'))
  const sign = (words: readonly string[]): void => {
    execFileSync('ssh-keygen', ['-q', '-s', authority.file, ...words])
  }

  it('a host that is known by its certificate', async () => {
    const certified = await toy({
      sshd: 'HostCertificate /etc/ssh/toy_ed25519-cert.pub',
    })
    const key = join(place, 'host.pub')
    writeFileSync(key, `${certified.hostKeys[0] ?? ''}\n`)
    sign(['-h', '-I', 'toy', '-n', '127.0.0.1', key])
    certified.write(
      '/etc/ssh/toy_ed25519-cert.pub',
      readFileSync(join(place, 'host-cert.pub'), 'utf8'),
    )
    const known = join(place, 'known_hosts')
    writeFileSync(known, `@cert-authority * ${authority.publicKey}\n`)
    const wish = { ...reachOf(certified.ssh), userKnownHostsFiles: [known] }
    expect(await visit([hopTo(wish)], meansOf(), 'echo in')).toBe('in\n0')
    writeFileSync(known, `@cert-authority other.example ${authority.publicKey}\n`)
    expect(await failure(visit([hopTo(wish)]))).toMatch(/^host key: /)
  })

  it('a user who is known by a certificate', async () => {
    const trusting = await toy({
      sshd: 'TrustedUserCAKeys /etc/ssh/authority.pub',
      files: { '/etc/ssh/authority.pub': `${authority.publicKey}\n` },
    })
    const key = makeKey(join(place, 'user'))
    const wish = { ...reachOf(trusting.ssh), identityFiles: [key.file] }
    expect(await failure(visit([hopTo(wish)]))).toMatch(/^login: /)
    sign(['-I', 'ops', '-n', 'root', `${key.file}.pub`])
    expect(await visit([hopTo(wish)], meansOf(), 'echo in')).toBe('in\n0')
  })

  it("what only the user's own file says", async () => {
    const config = join(place, 'config')
    writeFileSync(config, `Host 127.0.0.1\n  IdentityFile ${reach.identityFiles[0] ?? ''}\n`)
    const wish = { ...reach, identityFiles: [] }
    expect(await visit([hopTo(wish)], meansOf(undefined, { included: [config] }))).toBe('lb1\n0')
  })

  it("nothing of the user's file that would get into the way", async () => {
    const config = join(place, 'own')
    const mark = join(place, 'ran')
    writeFileSync(
      config,
      `ControlMaster auto
ControlPath ${join(place, 'shared')}
ControlPersist yes
PermitLocalCommand yes
LocalCommand touch ${mark}
RemoteCommand touch ${mark}
RequestTTY force
LocalForward 127.0.0.1:1 127.0.0.1:1
ForwardAgent yes
ProxyJump nowhere.invalid
StrictHostKeyChecking no
LogLevel QUIET
User nobody
Port 1
`,
    )
    const means = meansOf(undefined, { included: [config] })
    expect(await visit([hopTo(reach)], means, 'tty; echo "$SSH_AUTH_SOCK"')).toBe('not a tty\n\n0')
    expect(readdirSync(place).filter((name) => /^(shared|ran)/.test(name))).toEqual([])
  })
})

describe('a person', () => {
  const wishes = [host, other].map((each) => ({
    ...reachOf(each.ssh),
    identityFiles: [sealed.file],
  }))

  it('is asked for a passphrase once for all hosts', async () => {
    const { who, asked } = person('shut', 'open sesame')
    for (const [n, wish] of wishes.entries()) {
      const name = `lb${String(n + 1)}`
      expect(await visit([hopTo(wish, name)], meansOf(who))).toBe(`${name}\n0`)
    }
    expect(asked.map((text) => text.replaceAll(sealed.file, 'FILE'))).toMatchInlineSnapshot(`
      [
        "Passphrase for FILE: ",
        "That was not it. Passphrase for FILE: ",
      ]
    `)
  })

  it('may have nothing to say', async () => {
    const { who, asked } = person()
    const [wish = reach] = wishes
    expect(await failure(visit([hopTo(wish)], meansOf(who)))).toMatch(/^login: .*refuses the login/)
    expect(asked).toHaveLength(1)
  })

  it('is not there', async () => {
    const [wish = reach] = wishes
    expect(await failure(visit([hopTo(wish)]))).toMatch(/^login: .*refuses the login/)
  })
})

describe('the program that asks', () => {
  const ask = async (hint: string | undefined) => {
    const place = folder()
    const program = join(place, 'askpass')
    writeFileSync(program, askpassScript(place, 'nonce'), { mode: 0o700 })
    const env = hint === undefined ? {} : { SSH_ASKPASS_PROMPT: hint }
    const child = spawn(program, ['first\nsecond'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const [line] = (await once(child.stderr, 'data')) as [Buffer]
    const number = /^\nnonce (\d+)\n$/.exec(line.toString())?.[1] ?? ''
    return { place, child, number, question: await questionOf(place, number) }
  }

  it.each([
    ['none', 'tell'],
    ['confirm', 'confirm'],
    [undefined, 'ask'],
  ])('tells %s as %s', async (hint, kind) => {
    const { child, question } = await ask(hint)
    expect(question).toEqual({ asker: String(process.pid), kind, text: 'first\nsecond' })
    child.kill()
    await once(child, 'exit')
  })

  it.each(['', ' a secret\\n with $(all) %s of it ', "'"])('prints %j', async (text) => {
    const { place, child, number } = await ask(undefined)
    const [printed, closed] = [once(child.stdout, 'data'), once(child, 'close')]
    await answerTo(place, number, new Secret(text))
    expect(String((await printed)[0])).toBe(`${text}\n`)
    await closed
    expect(readdirSync(place)).toEqual(['askpass'])
  })

  it('fails when there is no answer', async () => {
    const { place, child, number } = await ask(undefined)
    const exit = once(child, 'exit')
    await answerTo(place, number, undefined)
    expect(await exit).toEqual([1, null])
  })

  it('may be gone when the answer comes', async () => {
    const { place, child, number } = await ask(undefined)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await answerTo(place, number, new Secret('late'))
    expect(readdirSync(place)).not.toContain(`answer.${number}`)
  })
})

describe('this machine', () => {
  const visitWith = (path: string) =>
    failure(visit([hopTo(reach)], meansOf(undefined, { env: { PATH: path } })))
  const pretend = (banner: string): string => instead(`echo '${banner}' >&2`)

  it('has no ssh', async () => {
    expect(await visitWith('/nonexistent')).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT) is reached by this machine's ssh, which cannot be run: there is no such file. Install OpenSSH (openssh-client, openssh-clients), or use ssh.transport: ssh2."`,
    )
  })

  it('has an old one', async () => {
    expect(await visitWith(pretend('OpenSSH_7.4p1, OpenSSL 1.0.2k'))).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT) is reached by this machine's ssh, which is OpenSSH 7.4 and must be 8 or later. Update it, or use ssh.transport: ssh2."`,
    )
  })

  it('has another', async () => {
    expect(await visitWith(pretend('Dropbear v2022.83'))).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT) is reached by this machine's ssh, which is not OpenSSH: ssh -V says "Dropbear v2022.83". Install OpenSSH (openssh-client, openssh-clients), or use ssh.transport: ssh2."`,
    )
  })

  it('has a word that ssh_config cannot hold', async () => {
    const wish = { ...reach, identityFiles: ['/key"\nProxyCommand touch /ran'] }
    expect(await failure(visit([hopTo(wish)]))).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT) cannot be reached by this machine's ssh: its IdentityFile has a character that no ssh_config can hold (a quote, a backslash, a %, a control character, or none at all). Use another, or ssh.transport: ssh2."`,
    )
  })
})
