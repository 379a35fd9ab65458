import { familyOf, isWithin, showFamily, showSubnet } from '../address.ts'
import type { Cluster, RealServer } from '../cluster.ts'
import type { Address, Family, Forwarding, Vip } from '../network.ts'
import { foreignAddress, forwardingOf, membersOf, sharedNetworks, spotsOf } from '../derive/pool.ts'
import type { Member } from '../schema/service.ts'
import type { Complaint, Inventory, Rule } from './rule.ts'

/** A way from a network of VIPs to a real server, once for all services that send by it. */
interface Leg {
  readonly vip: Vip
  readonly name: string
  readonly forwarding: Forwarding
  readonly server: RealServer | undefined
  readonly foreign: string | undefined
}

const legsOf = ({ wish, cluster }: Inventory): readonly Leg[] => {
  const servers = new Map(cluster.realServers.map((server) => [server.name, server]))
  const seen = new Map<readonly Member[], Set<string>>()
  return cluster.services.flatMap((service) => {
    const own = wish.services[service.name]
    if (own === undefined) return []
    const members = membersOf(wish, own)
    const ways = seen.get(members) ?? new Set<string>()
    seen.set(members, ways)
    return service.virtualServers.flatMap(({ vip }) => {
      const way = `${own.forwarding ?? ''} ${String(vip.family)} ${vip.network}`
      if (ways.has(way)) return []
      ways.add(way)
      return members.map((member) => ({
        vip,
        name: member.name,
        forwarding: forwardingOf(wish, own, member),
        server: servers.get(member.name),
        foreign: foreignAddress(wish.real_servers[member.name], vip.family),
      }))
    })
  })
}

/** The subnets of the networks that all routers serve. */
export const linksOf = ({ routers, networks }: Cluster): readonly Address[] => {
  const shared = sharedNetworks(routers)
  return networks.filter(({ name }) => shared.includes(name)).flatMap(({ subnets }) => subnets)
}

const has = (server: RealServer, family: Family): boolean =>
  server.interfaces.some(({ addresses }) => addresses.some((own) => own.family === family))

/** NAT and direct routing need a link that the routers and the real server share. */
export const onALink: Rule = (inventory) => {
  const { cluster } = inventory
  const shared = sharedNetworks(cluster.routers)
  const subnets = linksOf(cluster)
  const spotOf = spotsOf(cluster)
  return legsOf(inventory).flatMap((leg): readonly Complaint[] => {
    const { forwarding, server, foreign, name, vip } = leg
    if (forwarding === 'tunnel') return []
    const path = ['real_servers', name]
    if (foreign !== undefined) {
      if (subnets.some((subnet) => isWithin(foreign, subnet))) return []
      const links = subnets.map(showSubnet).join(', ')
      return forwarding === 'direct'
        ? [
            {
              path: [...path, 'address'],
              message: `${foreign} is on no link of the routers (${links}); direct routing rewrites the Ethernet address only, so move ${name} to such a network or use forwarding: tunnel`,
            },
          ]
        : [
            {
              path: [...path, 'address'],
              message: `${foreign} is on no link of the routers (${links}); under NAT its answers must still pass the active router`,
              warning: true,
            },
          ]
    }
    if (server === undefined || !has(server, vip.family)) return []
    if (spotOf(server, vip, forwarding) !== undefined) return []
    const why =
      forwarding === 'direct'
        ? 'direct routing rewrites the Ethernet address only, so give it a card on such a network or use forwarding: tunnel'
        : 'NAT needs a network that routers and real servers share'
    return [
      {
        path: [...path, 'interfaces'],
        message: `${name} has no ${showFamily(vip.family)} address on a network of the routers (${shared.join(', ') || 'they share none'}); ${why}`,
      },
    ]
  })
}

/** One-armed NAT: the network's own gateway is the only one that the routers have. */
const isRoutersWayOut = ({ routers }: Cluster, gateway: string | undefined): boolean => {
  const family = familyOf(gateway ?? '')
  return routers.some(({ interfaces }) => {
    const out = interfaces.flatMap(({ gateways }) => gateways)
    return out.filter((each) => familyOf(each) === family).join() === gateway
  })
}

/** Under NAT a real server answers through the routers: its default gateway is a VIP on the link they share. */
export const natWayBack: Rule = (inventory) => {
  const { wish, cluster } = inventory
  const spotOf = spotsOf(cluster)
  return legsOf(inventory).flatMap((leg): readonly Complaint[] => {
    const { server, vip, forwarding, name } = leg
    if (forwarding !== 'nat' || server === undefined) return []
    const spot = spotOf(server, vip, forwarding)
    if (spot === undefined) return []
    const card = server.interfaces.find(({ device }) => device === spot.device)
    const gateway = card?.gateways.find((text) => familyOf(text) === vip.family)
    const inside = cluster.vips.filter(
      ({ network, family }) => network === spot.network && family === vip.family,
    )
    if (inside.some(({ address }) => address === gateway)) return []
    // A gateway VIP of another network has had its sentence already.
    const home = cluster.networks.find((network) => network.name === spot.network)
    const named = home?.gatewayVips
    if (cluster.vips.some((each) => named?.includes(each.name) && each.network !== spot.network))
      return []
    const own = wish.real_servers[name]?.interfaces?.[spot.device]?.gateway
    const cardPath = ['real_servers', name, 'interfaces', spot.device]
    const choice = inside.map((each) => `"${each.name}"`).join(' or ')
    const [{ name: chosen } = { name: undefined }] = inside
    const outside = home?.gateways.find((text) => familyOf(text) === vip.family)
    const isOneArmed = chosen !== undefined && isRoutersWayOut(cluster, outside)
    if (own !== undefined) {
      const through = gateway === undefined ? 'has no way back' : `answers through ${gateway}`
      const instead =
        inside.length === 0
          ? `add a VIP in network "${spot.network}" and name it as that network's gateway`
          : isOneArmed
            ? `write gateway: ${chosen}`
            : `remove this gateway, and let network "${spot.network}" have the VIP ${choice}`
      return [
        {
          path: [...cardPath, 'gateway'],
          message: `${name} ${through}, not through a NAT VIP, and clients would drop its answers; ${instead}`,
        },
      ]
    }
    const family = showFamily(vip.family)
    const now = gateway === undefined ? 'has none' : `has ${gateway}`
    if (isOneArmed)
      return [
        {
          path: cardPath,
          message: `NAT needs an ${family} gateway VIP here, so that answers come back through the active router, and ${gateway ?? ''} is the way out of the routers themselves: write gateway: ${chosen} on this card`,
        },
      ]
    const next =
      chosen === undefined
        ? `add an ${family} VIP in network "${spot.network}" and name it as its gateway`
        : `write gateway: ${chosen}`
    return [
      {
        path: ['networks', spot.network, 'gateway'],
        message: `NAT needs an ${family} gateway VIP on a network that routers and real servers share, so that answers come back through the active router; this one ${now}: ${next}`,
      },
    ]
  })
}
