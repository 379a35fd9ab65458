import { join } from 'node:path'

import type { Ssh } from '../inventory/cluster.ts'
import { isUser } from '../inventory/schema/ssh.ts'
import type { HostConfig } from './config/host-config.ts'
import { isPlace } from './place.ts'
import type { LoginMethod, Reach } from './reach.ts'
import * as say from './sentences/route.ts'
import { signOfLife } from './sign-of-life.ts'
import { wantedAlgorithms } from './wanted-algorithms.ts'

/** What this machine has for every hop. */
export interface Around {
  readonly home: string
  /** SSH_AUTH_SOCK. */
  readonly agentSocket: string | undefined
  /** GlobalKnownHostsFile, where no config says it. */
  readonly globalKnownHostsFiles: readonly string[]
}

/** One hop, what only the system's ssh could do for it, and what nobody can. */
export interface Hopped {
  readonly reach: Reach
  /** Why it takes the system's ssh. */
  readonly needs: readonly string[]
  readonly remarks: readonly string[]
}

/** ssh_config(5), PreferredAuthentications: what is left of OpenSSH's own order. */
const preferred: readonly string[] = ['publickey', 'keyboard-interactive', 'password']

const loginsOf = (config: HostConfig): readonly LoginMethod[] => {
  // BatchMode: nobody is asked anything.
  const asks = config.batchMode !== true
  const allowed: Readonly<Record<string, boolean>> = {
    publickey: config.publicKeyAuthentication !== false,
    'keyboard-interactive': asks && config.keyboardInteractiveAuthentication !== false,
    password: asks && config.passwordAuthentication !== false,
  }
  const logins = (config.preferredAuthentications ?? preferred).filter(
    (method) => Object.hasOwn(allowed, method) && allowed[method] === true,
  )
  return [...new Set(logins)] as readonly LoginMethod[]
}

/** `/dev/null` knows nobody, and what is added to it is lost. */
const knowing = (files: readonly string[] | undefined): readonly string[] =>
  (files ?? []).filter((file) => file !== '/dev/null')

const strictness = (ssh: Ssh, config: HostConfig): Reach['strictHostKeyChecking'] =>
  ssh.strictHostKeyChecking ??
  // Whoever is asked in OpenSSH's way says yes to what he has not compared.
  (config.strictHostKeyChecking === 'accept-new' ? 'accept-new' : 'yes')

const agentOf = ({ identityAgent }: HostConfig, { agentSocket }: Around): Reach['agentSocket'] => {
  if (identityAgent === undefined) return agentSocket
  return identityAgent === 'none' ? undefined : identityAgent
}

const remarksOf = (ssh: Ssh, config: HostConfig): readonly string[] => {
  const { strictHostKeyChecking: strict, userKnownHostsFiles: files } = config
  const unverified =
    ssh.strictHostKeyChecking === undefined && (strict === 'no' || strict === 'off')
  const unknown =
    ssh.userKnownHostsFiles.length === 0 && files !== undefined && knowing(files).length === 0
  return [
    ...config.unheeded.map(say.unheeded),
    ...(unverified ? [say.neverUnverified(strict)] : []),
    ...(unknown ? [say.alwaysKnown()] : []),
  ]
}

/** A hop as it is wished. */
export interface WishedHop {
  /** The host of the inventory to which it leads. */
  readonly host: string
  readonly ssh: Ssh
  readonly config: HostConfig
  /** Who logs in where nobody says it. */
  readonly user: string
  /** It is only passed through. */
  readonly jump: boolean
  /** Nothing stands before it. */
  readonly entry: boolean
}

/**
 * How one hop is reached: inventory, then ssh_config, then OpenSSH's defaults.
 * @throws ReachError where the config names what is no host or no user
 */
export const reachOf = (wished: WishedHop, around: Around): Hopped => {
  const { host, ssh, config, jump, entry } = wished
  const place = config.hostName ?? ssh.host
  if (!isPlace(place)) throw say.strangeName(host, ssh.host, place)
  const user = ssh.user ?? config.user ?? wished.user
  if (!isUser(user)) throw say.strangeUser(host, ssh.host, user)
  const said = ssh.identityFiles.length > 0
  const theirs = knowing(config.userKnownHostsFiles)
  const usual = ['known_hosts', 'known_hosts2'].map((file) => join(around.home, '.ssh', file))
  const known =
    ssh.userKnownHostsFiles.length > 0
      ? ssh.userKnownHostsFiles
      : theirs.length > 0
        ? theirs
        : usual
  const { wanted, lacking } = wantedAlgorithms(config)
  const logins = loginsOf(config)
  const name = jump ? ssh.host : undefined
  return {
    reach: {
      name: ssh.host,
      host: place,
      port: ssh.port ?? config.port ?? 22,
      user,
      hostKeyAlias: config.hostKeyAlias,
      identityFiles: said ? ssh.identityFiles : config.identityFiles,
      noIdentityFile: config.noIdentityFile,
      // Who names keys in the inventory means those.
      identitiesOnly: said || config.identitiesOnly === true,
      agentSocket: agentOf(config, around),
      userKnownHostsFiles: known,
      globalKnownHostsFiles: config.globalKnownHostsFiles ?? around.globalKnownHostsFiles,
      strictHostKeyChecking: strictness(ssh, config),
      hashKnownHosts: config.hashKnownHosts ?? false,
      checkHostIp: config.checkHostIp ?? false,
      connectTimeout:
        ssh.connectTimeout ?? (config.connectTimeout === 0 ? 120 : (config.connectTimeout ?? 10)),
      ...signOfLife(config),
      addressFamily: config.addressFamily ?? 'any',
      bindAddress: config.bindAddress,
      proxyCommand: entry && ssh.proxyJump === undefined ? config.proxyCommand : undefined,
      logins,
      numberOfPasswordPrompts: config.numberOfPasswordPrompts ?? 3,
      algorithms: wanted,
      become: jump ? undefined : ssh.become,
      said: {
        user: ssh.user,
        port: ssh.port,
        identityFiles: ssh.identityFiles,
        straight: ssh.proxyJump !== undefined,
        readTwice: config.readTwice === true,
        // A file that could know nobody is not heeded, whoever reads it.
        userKnownHostsFiles:
          config.userKnownHostsFiles !== undefined && theirs.length === 0
            ? known
            : ssh.userKnownHostsFiles,
      },
    },
    needs: [
      ...config.needsOpenssh.map((option) => say.asksFor(option, name)),
      ...(lacking.length > 0 ? [say.asksForAlgorithms(lacking, name)] : []),
      ...(logins.length === 0 ? [say.noLoginKnown(name)] : []),
    ],
    remarks: remarksOf(ssh, config),
  }
}
