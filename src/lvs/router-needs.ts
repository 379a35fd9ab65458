import { isWithin } from '../inventory/address.ts'
import type { Cluster, Interface, Router } from '../inventory/cluster.ts'
import { forwardedFamilies, natServers } from './nat-servers.ts'

// What a topology needs of the routers' kernels, each as a claim about the cluster.

/** A client of a dead UDP server keeps its port, so IPVS would go on sending to a server that is gone. */
export const hasCheckedUdp = ({ services }: Cluster): boolean =>
  services.some(({ protocol, checks }) => protocol === 'udp' && checks.length > 0)

/** Clients are kept at a real server that gets no new ones: it is drained, or dead with its place kept. */
export const keepsQuiescent = ({ services }: Cluster): boolean =>
  services.some(
    ({ persistenceTimeout, inhibitOnFailure, virtualServers }) =>
      persistenceTimeout !== undefined &&
      virtualServers.some(({ pool }) =>
        pool.some((member) => inhibitOnFailure || member.inhibitOnFailure || member.weight === 0),
      ),
  )

/** The enabled cards on which NAT goes out where it came in: the real servers are on the VIP's own network. */
export const oneArmedCards = (cluster: Cluster, router: Router): readonly Interface[] => {
  const networks = cluster.networks.filter(({ name, subnets }) =>
    natServers(cluster).some(
      ({ server, addresses }) =>
        server.vip.network === name &&
        server.vip.family === 4 &&
        addresses.some((address) => subnets.some((subnet) => isWithin(address, subnet))),
    ),
  )
  return router.interfaces.filter(
    ({ enabled, network }) => enabled && networks.some(({ name }) => name === network),
  )
}

/**
 * The cards through which a router may have learnt its IPv6 default route from router advertisements, which a
 * kernel that forwards hears no more; none where the inventory gives it an IPv6 gateway.
 */
export const advertisedCards = (cluster: Cluster, router: Router): readonly Interface[] => {
  const given = router.interfaces.some(({ gateways }) =>
    gateways.some((each) => each.includes(':')),
  )
  if (given || !forwardedFamilies(cluster).includes(6)) return []
  // Behind a gateway VIP the routers themselves are the way out.
  const outside = cluster.networks
    .filter(
      ({ subnets, gatewayVips }) =>
        subnets.some(({ family }) => family === 6) && gatewayVips.length === 0,
    )
    .map(({ name }) => name)
  return router.interfaces.filter(
    ({ enabled, network }) => enabled && network !== undefined && outside.includes(network),
  )
}
