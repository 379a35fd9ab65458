import { familyOf } from '../address.ts'
import type { RealServer, Router } from '../cluster.ts'
import type { Family, Forwarding, Network, Vip } from '../network.ts'
import type { PoolMember } from '../service.ts'
import type { Wish } from '../schema.ts'
import type { Member } from '../schema/service.ts'
import { isMarked, onlyPort } from './ports.ts'

type ServiceWish = Wish['services'][string]

const hostOf = (wish: Wish, name: string) =>
  Object.hasOwn(wish.real_servers, name) ? wish.real_servers[name] : undefined

/** The real servers of a service as they were named, or all. */
export const membersOf = (wish: Wish, service: ServiceWish): readonly Member[] =>
  service.real_servers ?? Object.keys(wish.real_servers).map((name) => ({ name, at: [] }))

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
export const spotOf = (
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

/** An unmanaged real server's address of a family. */
export const foreignAddress = (
  server: Wish['real_servers'][string] | undefined,
  family: Family,
): string | undefined =>
  server?.managed === false ? server.address?.find((text) => familyOf(text) === family) : undefined

interface Ground {
  readonly networks: readonly Network[]
  readonly routers: readonly Router[]
  readonly realServers: readonly RealServer[]
}

/** The real servers behind a VIP of its own family; those that no way leads to are left out. */
export const poolOf = (
  wish: Wish,
  service: ServiceWish,
  vip: Vip,
  { networks, routers, realServers }: Ground,
): readonly PoolMember[] => {
  const shared = sharedNetworks(routers)
  const servers = new Map(realServers.map((server) => [server.name, server]))
  return membersOf(wish, service).flatMap((member): readonly PoolMember[] => {
    const { name } = member
    const server = servers.get(name)
    const own = hostOf(wish, name)
    const forwarding = forwardingOf(wish, service, member)
    const address =
      server === undefined
        ? foreignAddress(own, vip.family)
        : spotOf(server, vip, forwarding, networks, shared)?.address
    if (address === undefined) return []
    return [
      {
        name,
        address,
        port: isMarked(service) ? 0 : (member.port ?? onlyPort(service) ?? 0),
        weight: member.weight ?? own?.weight ?? 1,
        forwarding,
        inhibitOnFailure: member.inhibit_on_failure ?? service.inhibit_on_failure ?? false,
      },
    ]
  })
}
