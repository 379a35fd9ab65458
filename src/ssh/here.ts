import type { SshConfig } from './config/host-config.ts'
import { readSshConfig } from './config/read.ts'
import type { Environment } from './config/tokens.ts'
import type { Ssh } from '../inventory/cluster.ts'
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
  /** Where a host is connected to, as soon as that is known: an address, or a name of DNS. */
  readonly found?: (host: string, place: string) => void
}

const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

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
 * Who logs in where, for a person: `ops@192.0.2.9 port 22, through bastion`.
 * @throws ReachError where ssh_config makes no way of it
 */
export const wayTo = async (host: string, ssh: Ssh, here: Here): Promise<string> => {
  const means = meansOf(here)
  const { transport, hops: own } = await routeTo(host, ssh, means)
  const hops = transport === 'openssh' ? await hopsBySsh(host, ssh, means) : own
  const [last, ...jumps] = hops.toReversed()
  const through = jumps.toReversed().map((jump) => jump.host)
  return [
    `${last?.user ?? ''}@${last?.host ?? ssh.host} port ${String(last?.port ?? 22)}`,
    ...(through.length === 0 ? [] : [`through ${through.join(', ')}`]),
  ].join(', ')
}
