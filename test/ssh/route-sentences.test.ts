import { expect, it } from 'vitest'

import type { Ssh } from '../../src/inventory/cluster.ts'
import { placeless, refusal, route } from './routes.ts'

it('refuses names that a shell or ssh could take for something else', async () => {
  const configs = [
    'HostName -oProxyCommand=x',
    'HostName $(id)',
    'HostName "a b"',
    'User -l',
    'User "a;id"',
    'Host rs1\n ProxyJump -oProxyCommand=x',
    'Host rs1\n ProxyJump $(id)',
    'Host rs1\n ProxyJump bastion\nHost bastion\n HostName `id`',
  ]
  expect((await Promise.all(configs.map((config) => refusal(config)))).join('\n'))
    .toMatchInlineSnapshot(`
    "rs1: ssh_config says that rs1 is at "-oproxycommand=x", which is neither an address nor a host's name. HostName there decides that.
    rs1: ssh_config says that rs1 is at "$(id)", which is neither an address nor a host's name. HostName there decides that.
    rs1: ssh_config says that rs1 is at "a b", which is neither an address nor a host's name. HostName there decides that.
    rs1: ssh_config says that "-l" logs in to rs1, which is not a user's name. Give another with ssh.user, or with User there.
    rs1: ssh_config says that "a;id" logs in to rs1, which is not a user's name. Give another with ssh.user, or with User there.
    rs1: ssh_config says that rs1 is reached through "-oProxyCommand=x", which is no way to jump: [user@]host[:port]. ProxyJump there decides that.
    rs1: ssh_config says that rs1 is reached through "$(id)", which is no way to jump: [user@]host[:port]. ProxyJump there decides that.
    rs1: ssh_config says that bastion is at "\`id\`", which is neither an address nor a host's name. HostName there decides that."
  `)
})

it('takes the system’s ssh where ssh_config asks for what only that can do', async () => {
  const certificate = 'CertificateFile ~/cert'
  const table: readonly (readonly [string, Ssh['transport']])[] = [
    [certificate, undefined],
    ['PKCS11Provider /lib/p11.so', undefined],
    ['KexAlgorithms sntrup761x25519-sha512@openssh.com', undefined],
    ['PreferredAuthentications hostbased', undefined],
    ['Host rs1\n ProxyJump bastion\nHost bastion\n GSSAPIAuthentication yes', undefined],
    [certificate, 'ssh2'],
    [certificate, 'openssh'],
    [certificate, 'local'],
    ['', 'openssh'],
  ]
  const each = table.map(async ([config, transport]) => {
    const found = await route(config, { transport })
    const text = [found.because ?? 'no reason', ...found.remarks].join('; ')
    return `${transport ?? 'unsaid'} → ${found.transport}: ${placeless(text)}`
  })
  const said = await Promise.all(each)
  expect(said.join('\n')).toMatchInlineSnapshot(`
    "unsaid → openssh: the ssh_config for it asks for CertificateFile (FILE:1)
    unsaid → openssh: the ssh_config for it asks for PKCS11Provider (FILE:1)
    unsaid → openssh: of what ssh_config asks for with KexAlgorithms, lbprov's own SSH knows nothing
    unsaid → openssh: ssh_config allows no login that lbprov's own SSH knows (PreferredAuthentications and its like)
    unsaid → openssh: the ssh_config for its jump host bastion asks for GSSAPIAuthentication (FILE:4)
    ssh2 → ssh2: no reason; the inventory says transport: ssh2, though the ssh_config for it asks for CertificateFile (FILE:1); only transport: openssh heeds that
    openssh → openssh: no reason
    local → local: no reason
    openssh → openssh: no reason"
  `)
})

it('names what is not heeded', async () => {
  const { remarks } = await route(
    'RequestTTY force\nConnectionAttempts 3\nStrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nControlMaster auto\nForwardAgent yes\n',
  )
  expect(placeless(remarks.join('\n'))).toMatchInlineSnapshot(`
    "ConnectionAttempts (FILE:2) is not heeded: a connection that fails is reported, not tried again
    RequestTTY (FILE:1) is not heeded: a terminal would change what commands say
    StrictHostKeyChecking no of ssh_config is not heeded: host keys are always verified
    UserKnownHostsFile of ssh_config names no file that could know a host, and is not heeded: host keys are always verified"
  `)
})

it('says where ssh_config is wrong for one host alone', async () => {
  expect(await refusal('IdentityFile ~somebody/key')).toMatchInlineSnapshot(`
    "rs1: no way there can be read from ssh_config:
    FILE:1:1: IdentityFile: ~somebody is not looked up; write the whole path; no OpenSSH is installed here that could be asked"
  `)
})
