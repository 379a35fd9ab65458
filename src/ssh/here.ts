import type { SshConfig } from './config/host-config.ts'
import { readSshConfig } from './config/read.ts'
import type { Environment } from './config/tokens.ts'
import type { Ssh } from '../inventory/cluster.ts'
import { usualPath } from '../sh/usual-path.ts'
import type { Route } from './reach.ts'
import { hopsBySsh, routeTo, type RouteMeans } from './route.ts'

/** The machine that lbprov runs on, as the wire sees it. */
export interface Here {
  /** The user's home: `~/.ssh/id_ed25519` and its like stand there. */
  readonly home: string
  /** Who runs lbprov; a jump host that only ssh_config names is logged in to so. Default: root. */
  readonly user?: string
  /** SSH_AUTH_SOCK. */
  readonly agentSocket?: string | undefined
  /** Known by all users; never written. Default: OpenSSH's own two. */
  readonly globalKnownHostsFiles?: readonly string[]
  /** What ssh_config(5) says. Default: nothing. */
  readonly config?: SshConfig
  /** The files that the system's ssh is to read behind what lbprov tells it. Default: those of `config`. */
  readonly sshConfigFiles?: readonly string[]
  /** What the system's ssh and ProxyCommand have as their environment: PATH, SHELL, … Default: the usual PATH alone. */
  readonly env?: Environment
  /** What a person should know of the way to a host; each sentence once for a host. */
  readonly remark?: (host: string, sentence: string) => void
  /** The way on which a host is reached, as soon as that is known. */
  readonly found?: (host: string, hops: Route['hops']) => void
}

/** The environment of whatever is run here on the way to a host. */
export const envOf = ({ env }: Here): Environment => env ?? { PATH: usualPath }

const globalFiles = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']

const nobodysConfig = ({ home }: Here): SshConfig =>
  readSshConfig({ file: 'none', home, user: 'root', localHost: 'localhost', env: {} })

/** What every way from here is made of. */
export const meansOf = (here: Here): RouteMeans => ({
  config: here.config ?? nobodysConfig(here),
  home: here.home,
  user: here.user ?? 'root',
  agentSocket: here.agentSocket,
  globalKnownHostsFiles: here.globalKnownHostsFiles ?? globalFiles,
})

/**
 * The way to a host that has not been reached yet: its keys may lead to another one.
 * @throws ReachError where ssh_config makes no way of it
 */
export const likelyWay = async (host: string, ssh: Ssh, here: Here): Promise<Route['hops']> => {
  const means = meansOf(here)
  const { transport, hops } = await routeTo(host, ssh, means)
  return transport === 'openssh' ? hopsBySsh(host, ssh, means) : hops
}

/** Who logs in where, for a person: `ops@192.0.2.9 port 22, through bastion`. */
export const wayInWords = (hops: Route['hops']): string => {
  const last = hops.at(-1) ?? hops[0]
  const jumps = hops.slice(0, -1).map((jump) => jump.host)
  return [
    `${last.user}@${last.host} port ${String(last.port)}`,
    ...(jumps.length === 0 ? [] : [`through ${jumps.join(', ')}`]),
  ].join(', ')
}
