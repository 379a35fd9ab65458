import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'

import { ReachError } from '../../../src/errors.ts'
import { atEnd, toy } from '../scene.ts'
import { ask, both, eachSays, remotes, stageOf } from './wires.ts'

const hosts = await both({ name: 'lb1' })

/** Something that takes a connection and does this with it. */
const listener = async (greeting?: string): Promise<number> => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    if (greeting !== undefined) socket.end(greeting)
    atEnd(() => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(() => server.close())
  return (server.address() as AddressInfo).port
}

describe.each(remotes)('$name', ({ transport, server }) => {
  const host = hosts[server]
  const wish = { ...host.ssh, transport }

  it('is not opened where nothing listens', async () => {
    await host.refuse()
    expect(await stageOf(ask(wish))).toBe('connect')
    await host.accept()
    expect(await ask(wish)).toBe('root\n')
  })

  it('is not opened to what says nothing, and does not wait for ever', async () => {
    const port = await listener()
    expect(await stageOf(ask({ ...wish, port, connectTimeout: 1 }))).toBe('connect')
  })

  it('is not opened to what is no SSH server', async () => {
    const port = await listener('HTTP/1.1 400 Bad Request\r\n\r\n')
    expect(await stageOf(ask({ ...wish, port }))).toBe('connect')
  })

  it('ends with a stage and a sentence wherever the login is cut', async () => {
    const stages = new Set<string>()
    for (let at = 0; at < 20_000; at += 400) {
      // Each of them: one that ends before it speaks SSH is tried again.
      host.breakAt({ direction: 'out', afterBytes: at, then: 'cut' })
      const said = await ask(wish).catch((error: unknown) => error)
      host.heal()
      // The whole answer has passed before the cut.
      if (said === 'root\n') break
      expect(said).toBeInstanceOf(ReachError)
      const { stage, message } = said as ReachError
      expect(message).toContain('lb1 (127.0.0.1 port ')
      stages.add(stage)
    }
    expect([...stages].every((stage) => ['connect', 'login', 'lost'].includes(stage))).toBe(true)
    expect(stages.has('connect')).toBe(true)
  })
})

describe('the sentence of', () => {
  it('a port where nothing listens', async () => {
    const host = await toy()
    await host.refuse()
    expect(await eachSays(host.ssh)).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT) refuses the connection: nothing listens there, or a firewall says no. Is sshd up, and are ssh.host and ssh.port right?"`,
    )
  })

  it('a name without an address', async () => {
    const { ssh } = hosts.sshd
    expect(await eachSays({ ...ssh, host: 'lb1.invalid' })).toMatchInlineSnapshot(
      `"resolve: lb1 (lb1.invalid port PORT) is not found: no address is known for that name. Is ssh.host right?"`,
    )
  })

  it('a server that says nothing', async () => {
    const port = await listener()
    const wish = { ...hosts.sshd.ssh, port, connectTimeout: 1 }
    expect(await eachSays(wish)).toMatchInlineSnapshot(
      `"connect: lb1 (127.0.0.1 port PORT) took the connection and did not begin to speak SSH within 1 s (connect_timeout). Is it an SSH server, and is it well?"`,
    )
  })

  it('something that is no SSH server', async () => {
    const port = await listener('HTTP/1.1 400 Bad Request\r\n\r\n')
    expect(await eachSays({ ...hosts.sshd.ssh, port })).toMatchInlineSnapshot(
      `
      "ssh2:    connect: lb1 (127.0.0.1 port PORT) does not speak SSH: it says "HTTP/1.1 400 Bad Request". Are ssh.host and ssh.port right?
      openssh: connect: lb1 (127.0.0.1 port PORT) closes connections before it speaks SSH: too many logins at once (MaxStartups in its sshd_config; --forks 1 makes one at a time), or the port is not for SSH."
    `,
    )
  })

  it('a server of old', async () => {
    const old = await toy({ sshd: 'Ciphers aes128-cbc' })
    expect(await eachSays(old.ssh)).toMatchInlineSnapshot(`
      "ssh2:    connect: lb1 (127.0.0.1 port PORT) and lbprov have nothing in common: no matching C->S cipher; it offers aes128-cbc. That is out of date; where it must be, ssh_config can allow it for this host: Ciphers +aes128-cbc
      openssh: connect: lb1 (127.0.0.1 port PORT) and this machine's ssh have nothing in common: no matching cipher found. Their offer: aes128-cbc. Update the older of the two; KexAlgorithms, HostKeyAlgorithms, Ciphers and MACs of ssh_config allow what is old."
    `)
  })

  it('a shell that a login does not give', async () => {
    const host = await toy({ accounts: { gone: { shell: '/usr/sbin/nologin' } } })
    expect(await eachSays({ ...host.ssh, user: 'gone' })).toMatchInlineSnapshot(`
      "shell: lb1 (127.0.0.1 port PORT) gives gone no shell: its login shell refuses. Log in as somebody who has one (ssh.user). It said:
        This account is currently not available."
    `)
    const closed = await toy({ sshd: 'MaxSessions 0' })
    expect(await eachSays(closed.ssh)).toMatchInlineSnapshot(`
      "ssh2:    shell: lb1 (127.0.0.1 port PORT) does not let root run a command: open failed.
      openssh: shell: lb1 (127.0.0.1 port PORT) does not let root run a command: Session open refused by peer."
    `)
  })
})
