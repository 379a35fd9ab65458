import { reveal, type Secret } from '../secret.ts'
import type { Path } from '../yaml.ts'
import type { Cluster, ManagedHost } from './cluster.ts'
import { sshWishOf } from './derive/jumps.ts'
import type { Complaint } from './rules/rule.ts'
import type { SecretReference } from './schema/secret.ts'
import type { Wish } from './schema.ts'
import { passwordFault, type OpenSecret } from './secrets.ts'

/** A cluster with its passwords, and what is wrong with those that it should have had. */
export interface Opened {
  readonly cluster: Cluster
  readonly complaints: readonly Complaint[]
}

const withAuthPass = (wish: Wish, cluster: Cluster, secret: OpenSecret): Opened => {
  const reference = wish.vrrp.auth_pass
  if (reference === undefined) return { cluster, complaints: [] }
  const path = ['vrrp', 'auth_pass']
  if (!cluster.vrrp.instances.some(({ family }) => family === 4)) {
    const message = 'not used: VRRP for IPv6 (version 3) has no authentication'
    return { cluster, complaints: [{ path, message, warning: true }] }
  }
  const found = secret(reference, path.join('.'))
  const fault = typeof found === 'string' ? found : passwordFault(found)
  if (fault !== undefined) return { cluster, complaints: [{ path, message: fault }] }
  const authPass = found as Secret
  // VRRP says it in the clear to everybody on the link: no reason to leave a cluster alone.
  const exposed = secret.exposed?.(reference)
  return {
    cluster: { ...cluster, vrrp: { ...cluster.vrrp, authPass } },
    complaints: exposed === undefined ? [] : [{ path, message: exposed, warning: true }],
  }
}

/** Where a host's password is asked for: its own words, or everybody's. */
const askedAt = (
  wish: Wish,
  { name, role }: ManagedHost,
): { readonly path: Path; readonly reference: SecretReference | undefined } => {
  const own = sshWishOf(wish, name)?.become_password
  const kind = role === 'router' ? 'routers' : 'real_servers'
  return own === undefined
    ? { path: ['ssh', 'become_password'], reference: wish.ssh.become_password }
    : { path: [kind, name, 'ssh', 'become_password'], reference: own }
}

const withBecome = (wish: Wish, cluster: Cluster, secret: OpenSecret): Opened => {
  const complaints = new Map<string, Complaint>()
  const opened = <Host extends ManagedHost>(host: Host): Host => {
    const { become } = host.ssh
    const { path, reference } = askedAt(wish, host)
    if (become === undefined || reference === undefined) return host
    const found = secret(reference, path.join('.'))
    const fault =
      typeof found === 'string'
        ? found
        : reveal(found) === ''
          ? 'the password is empty'
          : secret.exposed?.(reference)
    if (fault !== undefined) complaints.set(path.join('.'), { path, message: fault })
    if (typeof found === 'string') return host
    return { ...host, ssh: { ...host.ssh, become: { ...become, password: found } } }
  }
  return {
    cluster: {
      ...cluster,
      routers: cluster.routers.map(opened),
      realServers: cluster.realServers.map(opened),
    },
    complaints: [...complaints.values()],
  }
}

/** Opens the passwords that are wanted, each once. */
export const openSecretsOf = (wish: Wish, draft: Cluster, secret: OpenSecret): Opened => {
  const hosts = [...draft.routers, ...draft.realServers]
  const all = [wish.vrrp.auth_pass, ...hosts.map((host) => askedAt(wish, host).reference)]
  // Those of the environment first: the commands that others come from are started without them.
  for (const each of all) if (each !== undefined && 'env' in each) secret(each, each.env)
  const first = withAuthPass(wish, draft, secret)
  const second = withBecome(wish, first.cluster, secret)
  return { cluster: second.cluster, complaints: [...first.complaints, ...second.complaints] }
}
