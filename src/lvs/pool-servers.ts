import type { Cluster } from '../inventory/cluster.ts'
import type { PoolMember, Service, VirtualServer } from '../inventory/service.ts'
import type { ConfServer } from '../resources/keepalived-conf-members.ts'

/** What the kernel's table knows a virtual server by. */
const placeOf = (
  { protocol }: Service,
  { vip, port, firewallMark }: VirtualServer,
): ConfServer['at'] =>
  firewallMark === undefined
    ? { protocol, address: vip.address, port: port ?? 0 }
    : { mark: firewallMark, family: vip.family }

/** A real server in the pool of a virtual server. */
export interface Pooled {
  readonly service: Service
  readonly at: ConfServer['at']
  readonly member: PoolMember
}

/** Every real server of every virtual server. */
export const pooled = ({ services }: Cluster): readonly Pooled[] =>
  services.flatMap((service) =>
    service.virtualServers.flatMap((server) => {
      const at = placeOf(service, server)
      return server.pool.map((member) => ({ service, at, member }))
    }),
  )
