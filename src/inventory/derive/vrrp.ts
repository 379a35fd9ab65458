import type { Network, Vip, VrrpInstance } from '../cluster.ts'
import type { Wish } from '../schema.ts'
import { numberFrom } from './hash.ts'

/** The instance's name: the network's, with the family behind it where it is the network's second. */
const instanceName = (network: Network, index: number): string =>
  index === 0 ? network.name : `${network.name}_v${String(network.subnets[index]?.family)}`

/** One instance for each network and family that has VIPs. */
export const instancesOf = (
  wish: Wish,
  networks: readonly Network[],
  vips: readonly Vip[],
): readonly VrrpInstance[] =>
  networks.flatMap((network) =>
    network.subnets.flatMap(({ family }, index): readonly VrrpInstance[] => {
      const own = vips.filter((vip) => vip.network === network.name && vip.family === family)
      const given = wish.networks[network.name]?.virtual_router_id ?? []
      const virtualRouterId =
        given[index] ?? given[0] ?? numberFrom([wish.cluster, network.name, family], 255) + 1
      const name = instanceName(network, index)
      return own.length === 0
        ? []
        : [{ name, network: network.name, family, virtualRouterId, vips: own }]
    }),
  )
