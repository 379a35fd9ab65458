import type { Cluster } from '../inventory/cluster.ts'
import { onceEach } from '../once-each.ts'
import type { PoolMember, Service, VirtualServer } from '../inventory/service.ts'

// Only an operator's own script says it, every time it is run.
const saysWeight = ({ checks }: Service): boolean =>
  checks.some((check) => check.kind === 'misc' && check.dynamic)

const real = (
  { address, port, weight, forwarding, inhibitOnFailure }: PoolMember,
  service: Service,
) => ({
  ...{ address, port, forwarding, mayBeZero: inhibitOnFailure },
  ...(saysWeight(service) ? {} : { weight }),
})

const persistence = (
  { persistenceTimeout, persistenceEngine }: Service,
  { persistenceGranularity }: VirtualServer,
): number | 'any' => {
  if (persistenceTimeout !== undefined) return persistenceTimeout
  // Either alone makes it persistent for as long as keepalived thinks fit.
  return persistenceEngine === undefined && persistenceGranularity === undefined ? 0 : 'any'
}

/** What keepalived.conf says otherwise of a virtual server, in ipvsadm's words. */
const options = (
  { ops, schedulerFlags, persistenceEngine }: Service,
  { persistenceGranularity }: VirtualServer,
): readonly string[] => [
  ...(persistenceGranularity === undefined ? [] : ['-M', persistenceGranularity]),
  ...(ops ? ['-o'] : []),
  ...(persistenceEngine === undefined ? [] : ['--pe', persistenceEngine]),
  ...(schedulerFlags.length === 0 ? [] : ['-b', schedulerFlags.join(',')]),
]

const server = (service: Service, virtual: VirtualServer) => {
  const { vip, port, firewallMark, pool, sorryServer } = virtual
  return {
    at:
      firewallMark === undefined
        ? { protocol: service.protocol, address: vip.address, port: port ?? 0 }
        : { mark: firewallMark, family: vip.family },
    scheduler: service.scheduler,
    persistence: persistence(service, virtual),
    options: options(service, virtual),
    reals: pool.map((member) => real(member, service)),
    ...(sorryServer === undefined ? {} : { sorry: sorryServer.address }),
  }
}

/** The table that IPVS has on every router once keepalived has read its file. */
export const ipvsWish = onceEach(({ services }: Cluster) =>
  services.flatMap((service) => service.virtualServers.map((virtual) => server(service, virtual))),
)
