import { endsOf } from '../cluster.ts'
import type { ArpMethod } from '../network.ts'
import type { Path } from '../../yaml.ts'
import type { Complaint, Rule } from './rule.ts'

const FIREWALLD =
  'firewalld redirects: its direct rules are deprecated since RHEL 9, every connection is tracked, and one program per port listens for all VIPs; "sysctl" keeps silent without a firewall'

/** REDIRECT turns to the address of the card that a packet came in by, and the device of a tunnel has none. */
export const noRedirectInTunnels: Rule = ({ wish, cluster }) =>
  cluster.realServers
    .filter(
      (server) =>
        ['firewalld', 'iptables'].includes(server.arp) &&
        endsOf(cluster, server).some(({ forwarding }) => forwarding === 'tunnel'),
    )
    .map(({ name, arp }) => ({
      path: wish.real_servers[name]?.arp === undefined ? ['arp'] : ['real_servers', name, 'arp'],
      message: `"${arp}" redirects to the address of the card that a request came in by, and ${name} gets it through a tunnel, whose device has none: every request would be dropped; write sysctl, arptables or nftables`,
    }))

const costs = (method: ArpMethod, path: Path): readonly Complaint[] =>
  method === 'firewalld' ? [{ path, message: FIREWALLD, warning: true }] : []

/** `arp` is for real servers that answer as a VIP, and firewalld's way has a price (deprecated in RHEL 9.0's notes). */
export const arpMethods: Rule = ({ wish, cluster }) => {
  const { realServers } = cluster
  const said = realServers.flatMap((server): readonly Complaint[] => {
    const own = wish.real_servers[server.name]?.arp
    const path = ['real_servers', server.name, 'arp']
    if (own === undefined) return []
    if (endsOf(cluster, server).length > 0) return costs(own, path)
    const message = `does nothing: no service reaches ${server.name} by direct or tunnel, so it has no VIP to keep silent about; remove it, or correct "forwarding"`
    return [{ path, message, warning: true }]
  })
  if (wish.arp === undefined) return said
  const silent = realServers.filter((server) => endsOf(cluster, server).length > 0)
  const heirs = silent.filter(({ name }) => wish.real_servers[name]?.arp === undefined)
  if (heirs.length > 0) return [...costs(wish.arp, ['arp']), ...said]
  const why =
    silent.length > 0
      ? 'every real server that answers as a VIP says its own'
      : 'no service reaches a real server of lbprov by direct or tunnel'
  return [{ path: ['arp'], message: `does nothing: ${why}; remove it`, warning: true }, ...said]
}
