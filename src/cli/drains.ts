import { begins, type Plan } from '../engine/plan.ts'
import { poolsIn, type Cluster } from '../inventory/cluster.ts'
import { withDrained } from '../lvs/drained.ts'
import type { SharedMemory } from './shared-memory.ts'

/** What one router does by its own memory; one that remembers nothing yet does what the others do. */
export const drainedOn = (
  { drained, drainedBy, routers }: SharedMemory,
  router: string,
): readonly string[] =>
  routers.includes(router)
    ? drained.filter((name) => drainedBy.get(name)?.includes(router) === true)
    : drained

/** Those that every router remembers. */
export const drainedByAll = ({ drained, drainedBy, routers }: SharedMemory): readonly string[] =>
  drained.filter((name) => drainedBy.get(name)?.length === routers.length)

const serves = (cluster: Cluster): ReadonlyMap<string, boolean> =>
  new Map(
    cluster.services.map(({ name, virtualServers }) => [
      name,
      virtualServers.some(({ pool }) => pool.some(({ weight }) => weight > 0)),
    ]),
  )

/** Services to which nothing is sent any more while these real servers are drained. */
export const emptiedBy = (cluster: Cluster, drained: readonly string[]): readonly string[] => {
  const left = serves(withDrained(cluster, drained))
  return [...serves(cluster)].flatMap(([name, before]) =>
    before && left.get(name) === false ? [name] : [],
  )
}

const names = (list: readonly string[]): string => list.join(' and ')

const verb = (list: readonly string[], one: string, many: string): string =>
  list.length === 1 ? one : many

/**
 * Drains that a person should look at before they are followed: those that only some routers remember, and those that
 * leave a service without any real server. Each with its source, as a sentence; none where nothing would change.
 */
export const doubtfulDrains = (
  cluster: Cluster,
  { drained, drainedBy, routers }: SharedMemory,
  { phases }: Plan,
  inventory: string,
): readonly string[] => {
  const known = new Set([...poolsIn(cluster)].flat().map(({ name }) => name))
  const drains = drained.filter((name) => known.has(name))
  const isRouter = new Set(cluster.routers.map(({ name }) => name))
  const changes = phases.some(({ hosts }) =>
    hosts.some((plan) => isRouter.has(plan.host) && begins(plan)),
  )
  if (!changes) return []
  const disputed = drains.flatMap((name) => {
    const by = drainedBy.get(name) ?? []
    const others = routers.filter((router) => !by.includes(router))
    return others.length === 0
      ? []
      : [
          `${names(by)} ${verb(by, 'remembers', 'remember')} ${name} as drained, and ${names(others)} ${verb(others, 'does', 'do')} not: now no router would send to it. Settle it by name, with "lbprov drain ${inventory} ${name}" or "lbprov undrain ${inventory} ${name}".`,
        ]
  })
  const emptied = emptiedBy(cluster, drains).map((service) => {
    const by = [...new Set(drains.flatMap((name) => drainedBy.get(name) ?? []))]
    return `Every real server of the service ${service} would be drained, as ${names(by)} ${verb(by, 'remembers', 'remember')} (${drains.join(', ')}): nothing would be sent anywhere. "lbprov undrain ${inventory} NAME" ends a drain.`
  })
  return [...disputed, ...emptied]
}
