import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import type { Ssh } from '../../../src/inventory/cluster.ts'
import { sh } from '../../../src/sh/sh.ts'
import { folder, toy } from '../scene.ts'
import { ask, both, eachSays, fails, open, remotes, stageOf, until } from './wires.ts'

const targets = await both({ name: 'lb1' })
const nears = await both({ name: 'near', sharesNetwork: true })
const fars = await both({ name: 'far', sharesNetwork: true })

/** A known_hosts in which the host at this port has another's key. */
const keyOfAnother = (port: number): string => {
  const file = join(folder(), 'known_hosts')
  writeFileSync(file, `[127.0.0.1]:${String(port)} ${targets.sshd.hostKeys[0] ?? ''}\n`)
  return file
}

describe.each(remotes)('$name', ({ transport, server }) => {
  // One address, three ports: a key is known by both.
  const [target, near, far] = [targets[server], nears[server], fars[server]]
  const through = (...proxyJump: readonly Ssh[]): Ssh => ({ ...target.ssh, transport, proxyJump })
  const counts = () => [near.connections, far.connections, target.connections]

  it('one host on the way', async () => {
    const [one = 0, two = 0, last = 0] = counts()
    expect(await ask(through(near.ssh), sh`hostname`)).toBe('lb1\n')
    expect(counts()).toEqual([one + 1, two, last + 1])
  })

  it('two hosts on the way, nearest first', async () => {
    const before = counts()
    expect(await ask(through(near.ssh, far.ssh), sh`hostname`)).toBe('lb1\n')
    expect(counts()).toEqual(before.map((count) => count + 1))
  })

  it('nobody on the way is left connected', async () => {
    await ask(through(near.ssh, far.ssh))
    await until(() => near.open + far.open + target.open === 0)
  })

  it.each([
    ['first', (wrong: Ssh) => through(wrong, far.ssh), near],
    ['middle', (wrong: Ssh) => through(near.ssh, wrong), far],
  ])('the key of the %s host is verified', async (_, way, hop) => {
    const unknown = way({ ...hop.ssh, userKnownHostsFiles: [] })
    const changed = way({ ...hop.ssh, userKnownHostsFiles: [keyOfAnother(hop.port)] })
    const before = target.connections
    expect(await stageOf(ask(unknown))).toBe('host key')
    expect(await stageOf(ask(changed))).toBe('host key')
    expect(target.connections).toBe(before)
  })

  it('the key of the host behind is verified', async () => {
    const wish = { ...through(near.ssh), userKnownHostsFiles: [] }
    expect(await stageOf(ask(wish))).toBe('host key')
  })

  it('each refuses for itself', async () => {
    const stranger = { ...near.ssh, identityFiles: far.ssh.identityFiles }
    const error = await fails(ask(through(stranger)))
    expect(error.stage).toBe('login')
    expect(error.message).toContain('jump host')
  })

  it('one that nobody answers for', async () => {
    expect(await stageOf(ask(through({ ...near.ssh, port: 1 })))).toBe('connect')
    const behind = { ...through(near.ssh), port: 1 }
    expect(await stageOf(ask(behind))).toBe('connect')
  })

  it('one that is lost, and the host behind with it', async () => {
    const wire = await open(through(near.ssh, far.ssh))
    await wire.trip([{ run: sh`:` }], 60_000)
    const work = wire.trip([{ run: sh`sleep 1000` }], 60_000)
    await until(() => target.run(['pgrep', '-x', 'sleep']).exit === 0)
    near.cut()
    expect(await stageOf(work)).toBe('lost')
    await until(() => near.open + far.open + target.open === 0)
    target.run(['pkill', '-x', 'sleep'])
  })
})

describe('the sentence of', async () => {
  const blind = await toy({ sharesNetwork: true, sshd: 'AllowTcpForwarding no' })
  const { ssh } = targets.sshd

  it('a jump host that nobody knows', async () => {
    const unknown = { ...nears.sshd.ssh, userKnownHostsFiles: [] }
    expect(await eachSays({ ...ssh, proxyJump: [unknown] })).toMatchInlineSnapshot(`
      "ssh2:    host key: lb1: its jump host 127.0.0.1 port PORT shows the ED25519 key SHA256:…, which no known_hosts file holds. If ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub on its own console prints the same, add this line to /nonexistent/.ssh/known_hosts:
      [127.0.0.1]:PORT ssh-ed25519 AAAA…
      openssh: host key: lb1: its jump host 127.0.0.1 port PORT shows an ED25519 key, which no known_hosts file holds. Compare what these two print, here and on its own console, and add the line to /root/.ssh/known_hosts for [127.0.0.1]:PORT:
      ssh-keyscan -t ed25519 -p PORT 127.0.0.1
      cat /etc/ssh/ssh_host_ed25519_key.pub"
    `)
  })

  it('a jump host that refuses the login', async () => {
    const stranger = { ...nears.sshd.ssh, identityFiles: ssh.identityFiles }
    expect(await eachSays({ ...ssh, proxyJump: [stranger] })).toMatchInlineSnapshot(`
      "ssh2:    login: lb1: its jump host 127.0.0.1 port PORT refuses the login of root: it does not take /TMP/id_ed25519 (it offers publickey).
      sshd does not tell why, but its log there does. The likeliest first:
        PermitRootLogin in its sshd_config keeps root out
        root's authorized_keys there does not have the key: it takes keys only, so add it on its console
        AllowUsers or AllowGroups in its sshd_config leaves root out
        the login shell is not there, or the account is locked
        from= or expiry-time= stands at the key in authorized_keys
        PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out
      openssh: login: lb1: its jump host 127.0.0.1 port PORT refuses the login of root: it takes nothing that this machine's ssh has (it offers publickey). ssh -v root@127.0.0.1 shows what that is; ssh.identity_file names a key. ssh said:
        root@127.0.0.1: Permission denied (publickey).
      sshd does not tell why, but its log there does. The likeliest first:
        PermitRootLogin in its sshd_config keeps root out
        root's authorized_keys there does not have the key: it takes keys only, so add it on its console
        AllowUsers or AllowGroups in its sshd_config leaves root out
        the login shell is not there, or the account is locked
        from= or expiry-time= stands at the key in authorized_keys
        PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out"
    `)
  })

  it('a jump host that is not there', async () => {
    const gone = { ...nears.sshd.ssh, port: 1 }
    expect(await eachSays({ ...ssh, proxyJump: [gone] })).toMatchInlineSnapshot(
      `"connect: lb1: its jump host 127.0.0.1 port 1 refuses the connection: nothing listens there, or a firewall says no. Is sshd up, and are ssh.host and ssh.port right?"`,
    )
  })

  it('a jump host that lets nobody through', async () => {
    expect(await eachSays({ ...ssh, proxyJump: [blind.ssh] })).toMatchInlineSnapshot(`
      "ssh2:    connect: lb1 (127.0.0.1 port PORT through 127.0.0.1) cannot be reached: the jump host says "open failed". AllowTcpForwarding on the jump host, and what listens there, decide that.
      openssh: connect: lb1 (127.0.0.1 port PORT through 127.0.0.1) cannot be reached: the jump host says "administratively prohibited: open failed". AllowTcpForwarding on the jump host, and what listens there, decide that."
    `)
  })
})
