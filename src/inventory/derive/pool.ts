import { familyOf } from '../address.ts'
import type { Family, Forwarding, Network, RealServer, Router, Vip } from '../cluster.ts'
import type { Wish } from '../schema.ts'

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
