import { describe, expect, it } from 'vitest'

import { ask, eachSays } from './wires/wires.ts'
import { failure, toy } from './scene.ts'

describe('who is not let in at all is told why that may be', () => {
  it('root, though the key is right', async () => {
    const host = await toy({ name: 'lb1', sshd: 'PermitRootLogin no' })
    expect(await eachSays(host.ssh)).toMatchInlineSnapshot(`
      "ssh2:    login: lb1 (127.0.0.1 port PORT) refuses the login of root: it does not take /TMP/id_ed25519 (it offers publickey).
      sshd does not tell why, but its log there does. The likeliest first:
        PermitRootLogin in its sshd_config keeps root out
        root's authorized_keys there does not have the key: it takes keys only, so add it on its console
        AllowUsers or AllowGroups in its sshd_config leaves root out
        the login shell is not there, or the account is locked
        from= or expiry-time= stands at the key in authorized_keys
        PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out
      openssh: login: lb1 (127.0.0.1 port PORT) refuses the login of root: it takes nothing that this machine's ssh has (it offers publickey). ssh -v root@127.0.0.1 shows what that is; ssh.identity_file names a key. ssh said:
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

  it('somebody else, whom AllowUsers leaves out; a password would do for ssh-copy-id', async () => {
    const host = await toy({
      name: 'lb1',
      accounts: { ann: {} },
      sshd: 'AllowUsers bob\nPasswordAuthentication yes',
    })
    expect(await failure(ask({ ...host.ssh, user: 'ann' }))).toMatchInlineSnapshot(`
      "login: lb1 (127.0.0.1 port PORT) refuses the login of ann: it does not take /TMP/id_ed25519 (it offers publickey and password). Nobody is there to be asked (password): run lbprov on a terminal.
      sshd does not tell why, but its log there does. The likeliest first:
        ann's authorized_keys there does not have the key: ssh-copy-id -p PORT ann@127.0.0.1 adds it
        there is no user ann
        AllowUsers or AllowGroups in its sshd_config leaves ann out
        the login shell is not there, or the account is locked
        from= or expiry-time= stands at the key in authorized_keys
        PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out"
    `)
  })

  it.each(['from="192.0.2.77"', 'expiry-time="20200101"'])('by %s at the key', async (option) => {
    const host = await toy({ name: 'lb1' })
    host.write('/root/.ssh/authorized_keys', `${option} ${host.read('/root/.ssh/authorized_keys')}`)
    const sentence = await failure(ask(host.ssh))
    expect(sentence).toMatch(/it does not take .* [^]*The likeliest first:\n  PermitRootLogin/)
    expect(sentence).toContain('from= or expiry-time=')
    expect(sentence).not.toContain('ssh-copy-id')
  })
})

it('a login that is taken, and cut off before there is a shell, says what does that', async () => {
  const host = await toy({ name: 'lb1', sshd: 'PermitRootLogin forced-commands-only' })
  expect(await eachSays(host.ssh)).toMatchInlineSnapshot(`
    "ssh2:    lost: lb1 (127.0.0.1 port PORT) was lost (it hung up right behind the login; PermitRootLogin forced-commands-only in its sshd_config does that to a key without command=). What was running may have run or not; the next run asks the host anew before it changes anything.
    openssh: lost: lb1 (127.0.0.1 port PORT) was lost (it hung up right behind the login; PermitRootLogin forced-commands-only in its sshd_config does that to a key without command=; Connection to 127.0.0.1 closed by remote host.). What was running may have run or not; the next run asks the host anew before it changes anything."
  `)
})
