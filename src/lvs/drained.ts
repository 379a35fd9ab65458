import { poolsIn, type Cluster } from '../inventory/cluster.ts'
import { onceEach } from '../once-each.ts'
import type { PoolMember } from '../inventory/service.ts'
import type { Resource } from '../resource.ts'
import { defineRecord, recordedName } from './records.ts'
import type { Place } from './task.ts'

export const drainedHosts = defineRecord('drained', recordedName)

/** The real servers that a router remembers as drained. */
export const readDrained = (text: string | undefined): readonly string[] => drainedHosts.read(text)

/** The cluster as it is while these real servers get no new connections, in any service. */
export const withDrained = (cluster: Cluster, names: readonly string[]): Cluster => {
  if (names.length === 0) return cluster
  const drained = new Set(names)
  const poolOf = onceEach((pool: readonly PoolMember[]) =>
    pool.map((member) => (drained.has(member.name) ? { ...member, weight: 0 } : member)),
  )
  return {
    ...cluster,
    services: cluster.services.map((service) => ({
      ...service,
      virtualServers: service.virtualServers.map((server) => ({
        ...server,
        pool: poolOf(server.pool),
      })),
    })),
  }
}

/** Those that lbprov provisions, and those that are only in the pools. */
const realServerNames = (cluster: Cluster): ReadonlySet<string> =>
  new Set([...cluster.realServers, ...[...poolsIn(cluster)].flat()].map(({ name }) => name))

/** What a router remembers of the drained: those that are still in the inventory. */
export const drainedRecord = (place: Place): readonly Resource[] => {
  const known = realServerNames(place.cluster)
  return drainedHosts.wish(
    place,
    place.drained.filter((name) => known.has(name)),
  )
}
