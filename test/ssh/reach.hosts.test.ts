import { execFile } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

import { timing } from '../../src/ssh/again.ts'
import { makeDial } from '../../src/ssh/dial.ts'
import { sh } from '../../src/sh/sh.ts'
import { openConnection } from '../../src/ssh/connection.ts'
import type { Reach } from '../../src/ssh/reach.ts'
import { hopTo, meansOf, reachOf, visit } from './reach-of.ts'
import { atEnd, dialTo, failure, nowhere, say, toy } from './scene.ts'

describe('a host is not reached', () => {
  it('when its name has no address', async () => {
    const host = await toy()
    const work = dialTo({ ...host.ssh, host: 'lb1.invalid' })
    expect(await failure(work)).toMatchInlineSnapshot(
      `"resolve: lb1 (lb1.invalid port PORT) is not found: no address is known for that name. Is ssh.host right?"`,
    )
  })

  it('when nothing listens', async () => {
    const host = await toy()
    await host.refuse()
    expect(await failure(dialTo(host.ssh))).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT) refuses the connection: nothing listens there, or a firewall says no. Is sshd up, and are ssh.host and ssh.port right?"`,
    )
    await host.accept()
    expect(await say(host.ssh)).toBe('root\n')
  })

  it('when it says nothing at all', async () => {
    const host = await toy()
    host.breakAt({ direction: 'out', afterBytes: 0, then: 'stall' })
    expect(await failure(dialTo({ ...host.ssh, connectTimeout: 0.2 }))).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT) took the connection and did not begin to speak SSH within 0.2 s (connect_timeout). Is it an SSH server, and is it well?"`,
    )
  })

  it('when it stops in the middle of the login', async () => {
    const host = await toy()
    const other = await toy()
    const stranger = { ...host.ssh, identityFiles: other.ssh.identityFiles }
    expect(await failure(dialTo(stranger))).toMatch(/^login: /)
    // A little less than all that is said up to the refusal.
    const afterBytes = host.passed(1, 'out') - 10
    host.breakAt({ direction: 'out', afterBytes, then: 'stall' })
    const patience = { ...timing, loginSeconds: 0.5 }
    const work = makeDial(() => stranger, undefined, nowhere, patience)('lb1')
    expect(await failure(work)).toMatchInlineSnapshot(
      `"login: lb1 (127.0.0.1 port PORT) did not answer the login within 0.5 s. sshd there may wait for something itself: a name server, AuthorizedKeysCommand, PAM."`,
    )
  })

  it('when something else listens there', async () => {
    const host = await toy()
    const other = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    })
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    atEnd(() => other.close())
    const { port } = other.address() as AddressInfo
    expect(await failure(dialTo({ ...host.ssh, port }))).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT) does not speak SSH: it says "HTTP/1.1 400 Bad Request". Are ssh.host and ssh.port right?"`,
    )
  })

  it('when it speaks only what is out of date', async () => {
    const host = await toy({ sshd: 'Ciphers aes128-cbc' })
    expect(await failure(dialTo(host.ssh))).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT) and lbprov have nothing in common: no matching C->S cipher; it offers aes128-cbc. That is out of date; where it must be, ssh_config can allow it for this host: Ciphers +aes128-cbc"`,
    )
  })

  it('when what it speaks is unknown to lbprov, or ssh_config rules it out', async () => {
    const host = await toy({ sshd: 'KexAlgorithms sntrup761x25519-sha512@openssh.com' })
    expect(await failure(visit(reachOf(host.ssh)))).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT) and lbprov have nothing in common: no matching key exchange algorithm; it offers sntrup761x25519-sha512@openssh.com. The system's ssh may speak it: ssh.transport: openssh."`,
    )
    const other = await toy({ sshd: 'MACs hmac-sha2-256\nCiphers aes128-ctr' })
    const strict = reachOf(other.ssh, { algorithms: { mac: ['hmac-sha2-512'] } })
    expect(await failure(visit(strict))).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT) and lbprov have nothing in common: no matching C->S MAC; it offers hmac-sha2-256. MACs in ssh_config rules that out for this host."`,
    )
    const none = reachOf(other.ssh, { algorithms: { cipher: [] } })
    expect(await failure(visit(none))).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT) cannot be spoken to: of the algorithms that ssh_config allows for it (cipher), lbprov knows none; ssh.transport: openssh may."`,
    )
  })

  it('from an address that this machine does not have', async () => {
    const host = await toy()
    const work = visit(reachOf(host.ssh, { bindAddress: '192.0.2.77' }))
    expect(await failure(work)).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT) cannot be reached from the address that BindAddress (ssh_config) names: this machine does not have it, or it is of another family."`,
    )
    await visit(reachOf(host.ssh, { bindAddress: '127.0.0.2', addressFamily: 'inet' }))
  })

  it('when it hangs up, however late', async () => {
    const host = await toy()
    const stages = new Set<string>()
    for (let at = 0; ; at += 160) {
      const connection = host.connections + 1
      host.breakAt({ connection, direction: 'out', afterBytes: at, then: 'cut' })
      const sentence = await say(host.ssh).catch((error: unknown) =>
        failure(Promise.reject(error as Error)),
      )
      // The whole answer has passed before the cut, or it was tried again.
      if (sentence === 'root\n' && host.connections === connection) break
      if (sentence === 'root\n') {
        stages.add('again')
        continue
      }
      expect(sentence).toContain('lb1 (127.0.0.1 port PORT)')
      stages.add(String(sentence).replace(/:.*/s, ''))
    }
    expect([...stages]).toEqual(['again', 'connect', 'login', 'lost'])
  }, 60_000)
})

describe('jump hosts', async () => {
  const target = await toy({ name: 'lb1' })
  const near = await toy({ name: 'near', sharesNetwork: true })
  const far = await toy({ name: 'far', sharesNetwork: true })

  it('one on the way', async () => {
    const wish = { ...target.ssh, proxyJump: [near.ssh] }
    expect(await say(wish, sh`hostname`)).toBe('lb1\n')
    expect(near.connections).toBe(1)
  })

  it('two on the way, nearest first', async () => {
    const seen = [near.connections, far.connections, target.connections]
    const wish = { ...target.ssh, proxyJump: [near.ssh, far.ssh] }
    expect(await say(wish, sh`hostname`)).toBe('lb1\n')
    const now = [near.connections, far.connections, target.connections]
    expect(now).toEqual(seen.map((count) => count + 1))
  })

  it('the key of each is verified', async () => {
    const unknown = { ...far.ssh, userKnownHostsFiles: [] }
    const work = dialTo({ ...target.ssh, proxyJump: [near.ssh, unknown] })
    expect(await failure(work)).toMatchInlineSnapshot(`
      "host key: lb1: its jump host 127.0.0.1 port PORT through 127.0.0.1 shows the ED25519 key SHA256:…, which no known_hosts file holds. If ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub on its own console prints the same, add this line to /nonexistent/.ssh/known_hosts:
      [127.0.0.1]:PORT ssh-ed25519 AAAA…"
    `)
  })

  it('the key of the host behind is verified', async () => {
    const work = dialTo({ ...target.ssh, userKnownHostsFiles: [], proxyJump: [near.ssh] })
    expect(await failure(work)).toMatch(/^host key: lb1 \(127.0.0.1 port PORT through 127.0.0.1\) /)
  })

  it('each refuses for itself', async () => {
    const stranger = { ...near.ssh, identityFiles: far.ssh.identityFiles }
    const work = dialTo({ ...target.ssh, proxyJump: [stranger] })
    expect(await failure(work)).toMatchInlineSnapshot(
      `
      "login: lb1: its jump host 127.0.0.1 port PORT refuses the login of root: it does not take /TMP/id_ed25519 (it offers publickey).
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

  it('cannot reach what does not listen', async () => {
    const closed = await toy()
    await closed.refuse()
    const work = dialTo({ ...closed.ssh, proxyJump: [near.ssh] })
    expect(await failure(work)).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT through 127.0.0.1) cannot be reached: the jump host says "Connection refused". AllowTcpForwarding on the jump host, and what listens there, decide that."`,
    )
  })

  it('may not pass anything on', async () => {
    const strict = await toy({ sharesNetwork: true, sshd: 'AllowTcpForwarding no' })
    const work = dialTo({ ...target.ssh, proxyJump: [strict.ssh] })
    expect(await failure(work)).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT through 127.0.0.1) cannot be reached: the jump host says "open failed". AllowTcpForwarding on the jump host, and what listens there, decide that."`,
    )
  })

  it('is lost, and the host behind with it', async () => {
    const wire = await dialTo({ ...target.ssh, proxyJump: [near.ssh] })
    await wire.trip([{ run: sh`:` }], 10_000)
    const work = wire.trip([{ run: sh`sleep 1000` }], 60_000)
    near.cut()
    expect(await failure(work)).toMatchInlineSnapshot(
      `"lost: lb1 (127.0.0.1 port PORT through 127.0.0.1) was lost. What was running may have run or not; the next run asks the host anew before it changes anything."`,
    )
  })
})

describe('what is out of date is spoken where ssh_config asks for it', async () => {
  const old = await toy({
    hostKeys: ['rsa'],
    sshd: `Ciphers aes128-cbc
MACs hmac-sha1
KexAlgorithms diffie-hellman-group14-sha1`,
  })
  it('and only there', async () => {
    expect(await failure(visit(reachOf(old.ssh)))).toContain(
      'KexAlgorithms +diffie-hellman-group14-sha1',
    )
    const algorithms: Reach['algorithms'] = {
      kex: ['diffie-hellman-group14-sha1'],
      cipher: ['aes128-cbc'],
      mac: ['hmac-sha1'],
    }
    await visit(reachOf(old.ssh, { algorithms }))
  })
})

describe('a ProxyCommand', async () => {
  const host = await toy()
  const pipe = `bash -c 'exec 3<>/dev/tcp/127.0.0.1/${String(host.port)}; cat <&3 & exec cat >&3'`
  const by = (proxyCommand: string, more: Partial<Reach> = {}): Reach =>
    // Nothing listens at that port, so only the command leads there.
    reachOf(host.ssh, { proxyCommand, ...more })

  it('is the connection', async () => {
    await visit(by(pipe))
  })

  it('ends with it', async () => {
    const connection = await openConnection(hopTo(by(pipe)), meansOf())
    const lost = new Promise<void>((resolve) => {
      connection.client.on('close', () => resolve())
    })
    connection.close()
    await lost
  })

  it('that fails says why', async () => {
    const bad = by(`sh -c 'printf "\\033[31mno way\\n" >&2; exit 3'`)
    expect(await failure(visit(bad))).toMatchInlineSnapshot(`
      "connect: lb1 (127.0.0.1 port PORT) cannot be reached: its ProxyCommand (ssh_config) ended with exit 3. It said:
        �[31mno way"
    `)
    expect(await failure(visit(by('/nonexistent/way')))).toContain('ended with exit 127')
    expect(await failure(visit(by('true')))).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT) cannot be reached: its ProxyCommand (ssh_config) ended with exit 0 and said nothing."`,
    )
  })

  it('that does nothing is given up', async () => {
    const idle = by('sleep 1000', { connectTimeout: 0.3 })
    expect(await failure(visit(idle))).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT) cannot be reached: its ProxyCommand (ssh_config) made no connection and was ended and said nothing."`,
    )
  })

  it('leads to a host that is verified all the same', async () => {
    const unknown = by(pipe, { userKnownHostsFiles: [] })
    expect(await failure(visit(unknown))).toMatch(/^host key: /)
  })
})

it('without a connect_timeout a host may take its time', async () => {
  const host = await toy()
  host.breakAt({ direction: 'out', afterBytes: 0, then: 'stall' })
  const work = visit(reachOf(host.ssh, { connectTimeout: 0 }))
  while (host.connections === 0) await new Promise((resolve) => setImmediate(resolve))
  host.cut()
  expect(await failure(work)).toMatch(/^connect: /)
})

it('a host that answers nothing more is noticed by ServerAliveInterval', async () => {
  const host = await toy()
  const reach = reachOf(host.ssh, { serverAliveInterval: 0.1, serverAliveCountMax: 2 })
  const { client } = await openConnection(hopTo(reach), meansOf())
  const lost = new Promise<void>((resolve) => {
    client.on('close', () => resolve())
  })
  host.breakAt({
    connection: 1,
    direction: 'out',
    afterBytes: host.passed(1, 'out'),
    then: 'stall',
  })
  await lost
})

it('twenty hosts at once', async () => {
  const host = await toy()
  const dial = makeDial(() => host.ssh, undefined, nowhere)
  const names = Array.from({ length: 20 }, (_, n) => `rs${String(n)}`)
  const wires = await Promise.all(names.map((name) => dial(name)))
  const answers = await Promise.all(
    wires.map((wire, n) => wire.trip([{ run: sh`echo ${n}` }], 20_000)),
  )
  for (const wire of wires) wire.close()
  expect(answers.map(([answer]) => answer?.out)).toEqual(names.map((_, n) => `${String(n)}\n`))
}, 30_000)

it('a program that closes its wires can end', async () => {
  const host = await toy()
  const near = await toy({ sharesNetwork: true })
  const program = fileURLToPath(new URL('one-trip.ts', import.meta.url))
  const wishes = [host.ssh, { ...host.ssh, proxyJump: [near.ssh] }, { ...host.ssh, port: 1 }]
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', program, JSON.stringify(wishes)],
    { timeout: 20_000 },
  )
  expect(stdout).toBe('root\nroot\nE_REACH\n')
}, 30_000)
