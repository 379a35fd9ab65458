import { familyOf, isWithin } from '../address.ts'
import type { Network, Vip } from '../network.ts'
import type { Wish } from '../schema.ts'

/** The networks in the inventory's order; a gateway is an address outside, or else a VIP's name. */
export const networksOf = (wish: Wish): readonly Network[] =>
  Object.entries(wish.networks).map(([name, { subnet, gateway = [] }]) => ({
    name,
    subnets: subnet,
    gateways: gateway.filter((text) => familyOf(text) !== undefined),
    gatewayVips: gateway.filter((text) => familyOf(text) === undefined),
  }))

/** Every VIP that lies in a network; one that lies in none is a fault by then. */
export const vipsOf = (wish: Wish, networks: readonly Network[]): readonly Vip[] =>
  Object.entries(wish.vips).flatMap(([name, address]) => {
    // Of subnets that overlap (a fault of its own) the narrower one, as routing would have it.
    const [home] = networks
      .flatMap(({ name: network, subnets }) => subnets.map((subnet) => ({ network, subnet })))
      .filter(({ subnet }) => isWithin(address, subnet))
      .sort((a, b) => b.subnet.prefix - a.subnet.prefix)
    const family = familyOf(address)
    return home === undefined || family === undefined
      ? []
      : [{ name, address, family, network: home.network }]
  })
