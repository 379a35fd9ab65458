import { familyOf } from '../address.ts'
import type { RealServer, Router } from '../cluster.ts'
import type { Family, Forwarding, Network, Vip } from '../network.ts'
import type { PoolMember } from '../service.ts'
import { onceEach } from '../../once-each.ts'
import type { Wish } from '../schema.ts'
import type { Member } from '../schema/service.ts'
import { isMarked, onlyPort } from './ports.ts'

type ServiceWish = Wish['services'][string]

const hostOf = (wish: Wish, name: string) =>
  Object.hasOwn(wish.real_servers, name) ? wish.real_servers[name] : undefined

const everyone = onceEach((wish: Wish): readonly Member[] =>
  Object.keys(wish.real_servers).map((name) => ({ name, at: [] })),
)

/** The real servers of a service as they were named, or all: then it is one list for all such services. */
export const membersOf = (wish: Wish, service: ServiceWish): readonly Member[] =>
  service.real_servers ?? everyone(wish)

/** How packets of a service reach one real server: the nearest word counts. */
export const forwardingOf = (wish: Wish, service: ServiceWish, member: Member): Forwarding =>
  member.forwarding ??
  hostOf(wish, member.name)?.forwarding ??
  service.forwarding ??
  wish.forwarding

/** The names of the networks on which every router has an enabled card. */
export const sharedNetworks = (routers: readonly Router[]): readonly string[] => {
  const served = routers.map(({ interfaces }) =>
    interfaces.flatMap(({ enabled, network }) =>
      enabled && network !== undefined ? [network] : [],
    ),
  )
  return [...new Set(served[0] ?? [])].filter((name) => served.every((own) => own.includes(name)))
}

/** A real server's place on one network. */
interface Spot {
  readonly device: string
  readonly address: string
  readonly network: string
}

const rank = (forwarding: Forwarding, vip: Vip, network: Network, shared: boolean): number => {
  if (forwarding === 'nat') return network.gatewayVips.length > 0 && shared ? 0 : 1
  if (network.name === vip.network) return 0
  return shared ? 1 : 2
}

/** Where the routers meet a real server: for NAT behind a gateway VIP, else on the VIP's own network if they can. */
const findSpot = (
  server: RealServer,
  vip: Vip,
  forwarding: Forwarding,
  networks: readonly Network[],
  shared: readonly string[],
): Spot | undefined =>
  server.interfaces
    .flatMap(({ device, addresses, network: name }) => {
      const network = networks.find((candidate) => candidate.name === name)
      const address = addresses.find(({ family }) => family === vip.family)?.address
      if (network === undefined || address === undefined) return []
      const isShared = shared.includes(network.name)
      // A tunnel crosses routers; the other two need a link in common.
      if (!isShared && forwarding !== 'tunnel') return []
      const order = rank(forwarding, vip, network, isShared)
      return [{ order, spot: { device, address, network: network.name } }]
    })
    .sort((a, b) => a.order - b.order)[0]?.spot

/** What says where the routers meet a real server. */
interface Links {
  readonly networks: readonly Network[]
  readonly routers: readonly Router[]
}

export type SpotOf = (server: RealServer, vip: Vip, forwarding: Forwarding) => Spot | undefined

/** Looks once for each real server, network of VIPs and way, however many services ask. */
export const spotsOf = ({ networks, routers }: Links): SpotOf => {
  const shared = sharedNetworks(routers)
  const known = new Map<string, Map<string, Spot | undefined>>()
  return (server, vip, forwarding) => {
    const way = `${forwarding} ${String(vip.family)} ${vip.network}`
    const spots = known.get(way) ?? new Map<string, Spot | undefined>()
    known.set(way, spots)
    if (!spots.has(server.name))
      spots.set(server.name, findSpot(server, vip, forwarding, networks, shared))
    return spots.get(server.name)
  }
}

/** An unmanaged real server's address of a family. */
export const foreignAddress = (
  server: Wish['real_servers'][string] | undefined,
  family: Family,
): string | undefined =>
  server?.managed === false ? server.address?.find((text) => familyOf(text) === family) : undefined

interface Ground extends Links {
  readonly realServers: readonly RealServer[]
}

export type PoolOf = (service: ServiceWish, vip: Vip) => readonly PoolMember[]

/**
 * The real servers behind a VIP of its own family; those that no way leads to are left out. Services that differ in
 * nothing that a pool shows have one and the same.
 */
export const poolsOf = (wish: Wish, ground: Ground): PoolOf => {
  const spotOf = spotsOf(ground)
  const servers = new Map(ground.realServers.map((server) => [server.name, server]))
  const pools = new Map<string, readonly PoolMember[]>()
  const poolOf: PoolOf = (service, vip) => {
    const usual = isMarked(service) ? 0 : (onlyPort(service) ?? 0)
    return membersOf(wish, service).flatMap((member): readonly PoolMember[] => {
      const { name } = member
      const server = servers.get(name)
      const own = hostOf(wish, name)
      const forwarding = forwardingOf(wish, service, member)
      const address =
        server === undefined
          ? foreignAddress(own, vip.family)
          : spotOf(server, vip, forwarding)?.address
      if (address === undefined) return []
      return [
        {
          name,
          address,
          port: isMarked(service) ? 0 : (member.port ?? usual),
          weight: member.weight ?? own?.weight ?? 1,
          forwarding,
          inhibitOnFailure: member.inhibit_on_failure ?? service.inhibit_on_failure ?? false,
        },
      ]
    })
  }
  return (service, vip) => {
    const { real_servers: named, forwarding, inhibit_on_failure: stays } = service
    const port = isMarked(service) ? 'mark' : onlyPort(service)
    const key = JSON.stringify([named, forwarding, stays, port, vip.family, vip.network])
    const pool = pools.get(key) ?? poolOf(service, vip)
    pools.set(key, pool)
    return pool
  }
}
