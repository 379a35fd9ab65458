import type { Phase } from '../engine/plan.ts'
import type { Cluster, ManagedHost } from '../inventory/cluster.ts'
import type { Platform } from '../platform.ts'
import type { Playbook } from './playbook.ts'
import { runsOn } from './wishes.ts'

/**
 * Routers in the order in which they may be touched: the one that holds a VIP now comes last; where none
 * does, the one that would.
 */
const backupFirst = (
  cluster: Cluster,
  hosts: readonly ManagedHost[],
  platforms: ReadonlyMap<string, Platform>,
): readonly ManagedHost[] => {
  const vips = new Set(cluster.vips.map(({ address }) => address))
  const rank = (host: ManagedHost): number => {
    if (host.role !== 'router') return 0
    const active = platforms.get(host.name)?.addresses.some((each) => vips.has(each)) === true
    return host.priority + (active ? 1000 : 0)
  }
  return [...hosts].sort((a, b) => rank(a) - rank(b))
}

/** The phases of a run on `hosts`, each with its hosts in order. */
export const phasesOf = (
  { phases }: Playbook,
  cluster: Cluster,
  hosts: readonly ManagedHost[],
  platforms: ReadonlyMap<string, Platform>,
): readonly Phase[] =>
  phases.map((phase) => {
    const mine = hosts.filter((host) => runsOn(phase, host))
    const inOrder = phase.serial === undefined ? mine : backupFirst(cluster, mine, platforms)
    const { name, serial, needs } = phase
    return { name, serial, needs, hosts: inOrder.map((host) => host.name) }
  })
