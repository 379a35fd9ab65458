import { canonical } from '../address.ts'
import { circleFrom, hopsTo, sshWishOf } from '../derive/jumps.ts'
import type { Path } from '../../yaml.ts'
import { hostsOf, type Ssh } from '../cluster.ts'
import type { Wish } from '../schema.ts'
import { hopsOf } from '../schema/ssh.ts'
import { hostsIn, repeated, vipAt } from './parts.ts'
import type { Complaint, Rule } from './rule.ts'

const overVip = (wish: Wish, hosts: readonly string[], path: Path): readonly Complaint[] =>
  hosts.flatMap((host) => {
    const vip = Object.hasOwn(wish.vips, host) ? host : vipAt(wish, canonical(host))
    if (vip === undefined || sshWishOf(wish, host) !== undefined) return []
    const message = `jumps through the VIP "${vip}", which lbprov itself may move; jump through a router's own address`
    return [{ path, message }]
  })

/** No host is managed over a VIP: it moves, and the changes would go to whoever has it. */
export const notOverVips: Rule = ({ wish, cluster }) => [
  ...[...cluster.routers, ...cluster.realServers].flatMap(({ name, role, ssh }) => {
    const vip = vipAt(wish, canonical(ssh.host))
    const kind = role === 'router' ? 'routers' : 'real_servers'
    if (vip === undefined) return []
    return [
      {
        path: [kind, name, 'ssh', 'host'],
        message: `${ssh.host} is the VIP "${vip}"; it moves between the routers, so reach ${name} by its own address`,
      },
    ]
  }),
  ...hostsIn(wish).flatMap(({ name, host, path }): readonly Complaint[] => {
    if (host.ssh?.proxy_jump === undefined) return []
    const hops = (hopsTo(wish, name) ?? []).map((hop) => hop.host)
    return overVip(wish, hops, [...path, 'ssh', 'proxy_jump'])
  }),
  ...overVip(
    wish,
    (hopsOf(wish.ssh.proxy_jump ?? 'none') ?? []).map(({ host }) => host),
    ['ssh', 'proxy_jump'],
  ),
]

/** A jump does not lead back to where it began. */
export const noCircles: Rule = ({ wish }) =>
  hostsIn(wish).flatMap(({ name, host, path }) => {
    const circle = circleFrom(wish, name)
    if (circle === undefined || host.ssh?.proxy_jump === undefined) return []
    return [
      {
        path: [...path, 'ssh', 'proxy_jump'],
        message: `jumps in a circle: ${circle.join(' → ')}; write proxy_jump: none on one of them`,
      },
    ]
  })

const portOf = ({ port }: Ssh): number => port ?? 22

/** Two hosts are not one machine. */
export const oneHostEach: Rule = ({ cluster }) => {
  const all = [...cluster.routers, ...cluster.realServers].map(({ name, role, ssh }) => ({
    name,
    path: [role === 'router' ? 'routers' : 'real_servers', name, 'ssh', 'host'],
    // Behind different jumps the same address may well be another machine.
    key: JSON.stringify([
      canonical(ssh.host).toLowerCase(),
      portOf(ssh),
      (ssh.proxyJump ?? []).map((hop) => [hop.host, portOf(hop)]),
    ]),
    where: `${ssh.host} port ${String(portOf(ssh))}`,
  }))
  return repeated(all, ({ key }) => key)
    .filter(({ first, again }) => first.name !== again.name)
    .map(({ first, again }) => ({
      path: again.path,
      message: `${again.name} and ${first.name} are both reached at ${again.where}; every host needs a place of its own`,
    }))
}

/** A host is not set up on the machine that has another one's address. */
export const ownMachine: Rule = ({ cluster }) => {
  const hosts = hostsOf(cluster)
  const owners = new Map<string, string[]>()
  for (const { name, interfaces } of hosts) {
    for (const { address } of interfaces.flatMap(({ addresses }) => addresses)) {
      const known = owners.get(address)
      if (known === undefined) owners.set(address, [name])
      else known.push(name)
    }
  }
  return hosts.flatMap(({ name, role, ssh }) => {
    // Behind a jump the same address may well be another machine, and who is here is not looked for.
    if ((ssh.proxyJump ?? []).length > 0 || ssh.transport === 'local') return []
    const owner = owners.get(canonical(ssh.host))?.find((other) => other !== name)
    if (owner === undefined) return []
    return [
      {
        path: [role === 'router' ? 'routers' : 'real_servers', name, 'ssh', 'host'],
        message: `${ssh.host} is an address of ${owner}, so ${name} would be set up there; give ${name}'s own`,
      },
    ]
  })
}
