import type { Cluster } from '../inventory/cluster.ts'
import type { Family } from '../inventory/network.ts'
import { onceEach } from '../once-each.ts'
import type { Service, VirtualServer } from '../inventory/service.ts'

/** A virtual server for which the routers translate addresses. */
export interface NatServer {
  readonly service: Service
  readonly server: VirtualServer
  /** The addresses of its real servers and its sorry server that are reached by NAT. */
  readonly addresses: readonly string[]
}

const natAddresses = onceEach((pool: VirtualServer['pool']): readonly string[] =>
  pool.filter(({ forwarding }) => forwarding === 'nat').map(({ address }) => address),
)

/** The virtual servers that have NAT in them, whatever the others do. */
export const natServers = onceEach(({ services }: Cluster): readonly NatServer[] =>
  services.flatMap((service) =>
    service.virtualServers.flatMap((server) => {
      const { pool, sorryServer: sorry } = server
      const addresses =
        sorry?.forwarding === 'nat' ? [...natAddresses(pool), sorry.address] : natAddresses(pool)
      return addresses.length === 0 ? [] : [{ service, server, addresses }]
    }),
  ),
)

/**
 * The families in which routers pass packets on: where they translate addresses, and where a network's
 * default route is a VIP of theirs. IPVS itself sends what is routed directly or tunnelled.
 */
export const forwardedFamilies = (cluster: Cluster): readonly Family[] => {
  const gateways = cluster.networks.flatMap(({ gatewayVips }) => gatewayVips)
  const families = [
    ...natServers(cluster).map(({ server }) => server.vip.family),
    ...cluster.vips.filter(({ name }) => gateways.includes(name)).map(({ family }) => family),
  ]
  return [...new Set(families)].sort()
}
