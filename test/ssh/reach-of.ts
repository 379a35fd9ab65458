import type { Ssh } from '../../src/inventory/cluster.ts'
import { openConnection, type Connection, type Means } from '../../src/ssh/connection.ts'
import { makeHostKeys } from '../../src/ssh/host-keys.ts'
import type { Hop } from '../../src/ssh/hop.ts'
import { makeKeyring } from '../../src/ssh/keyring.ts'
import { makePasswords } from '../../src/ssh/passwords.ts'
import type { Person } from '../../src/ssh/person.ts'
import type { Reach } from '../../src/ssh/reach.ts'

/** A wish as it would be resolved where there is no ssh_config, no agent and nothing known by all users. */
export const reachOf = (ssh: Ssh, more: Partial<Reach> = {}): Reach => ({
  name: ssh.host,
  host: ssh.host,
  port: ssh.port ?? 22,
  user: ssh.user ?? 'root',
  hostKeyAlias: undefined,
  identityFiles: ssh.identityFiles,
  identitiesOnly: false,
  agentSocket: undefined,
  userKnownHostsFiles: ssh.userKnownHostsFiles,
  globalKnownHostsFiles: [],
  strictHostKeyChecking: ssh.strictHostKeyChecking ?? 'yes',
  hashKnownHosts: false,
  checkHostIp: false,
  connectTimeout: ssh.connectTimeout ?? 10,
  serverAliveInterval: 0,
  serverAliveCountMax: 3,
  addressFamily: 'any',
  bindAddress: undefined,
  proxyCommand: undefined,
  logins: ['publickey', 'keyboard-interactive', 'password'],
  numberOfPasswordPrompts: 3,
  algorithms: {},
  become: undefined,
  said: {
    user: ssh.user,
    port: ssh.port,
    identityFiles: ssh.identityFiles,
    userKnownHostsFiles: ssh.userKnownHostsFiles,
    straight: true,
    readTwice: false,
  },
  ...more,
})

/** All that a reach says, for the system's ssh too. */
export const sayingAll = (ssh: Reach): Reach => {
  const { user, port, identityFiles, userKnownHostsFiles, proxyCommand } = ssh
  const straight = proxyCommand === undefined
  return {
    ...ssh,
    said: { user, port, identityFiles, userKnownHostsFiles, straight, readTwice: false },
  }
}

export const hopTo = (ssh: Reach, host = 'lb1'): Hop => ({
  host,
  ssh: sayingAll(ssh),
  jump: false,
  through: undefined,
})

export const meansOf = (person?: Person, home = '/nonexistent'): Means => ({
  hostKeys: makeHostKeys(),
  keyring: makeKeyring(person, home),
  passwords: makePasswords(person),
  env: { PATH: process.env.PATH },
  loginSeconds: 60,
})

/** A connection, which is closed again. */
export const visit = async (ssh: Reach, means: Means = meansOf(), host = 'lb1'): Promise<void> => {
  const connection: Connection = await openConnection(hopTo(ssh, host), means)
  connection.close()
}
