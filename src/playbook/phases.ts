import type { Phase } from '../engine/plan.ts'
import type { Facts } from '../engine/survey.ts'
import { hostsOf, type Cluster, type ManagedHost } from '../inventory/cluster.ts'
import type { Playbook } from './playbook.ts'
import { runsOn } from './wishes.ts'

/** What puts a host in its place; of one that left the inventory, the priority is not known. */
interface Ranked {
  readonly name: string
  readonly role: ManagedHost['role']
  readonly priority?: number
}

/**
 * Routers in the order in which they may be touched: the one that holds a VIP now comes last; where none
 * does, the one that would.
 */
const backupFirst = <Host extends Ranked>(
  cluster: Cluster,
  hosts: readonly Host[],
  facts: ReadonlyMap<string, Facts>,
): readonly Host[] => {
  const vips = new Set(cluster.vips.map(({ address }) => address))
  const rank = (host: Ranked): number => {
    if (host.role !== 'router') return 0
    const active = facts.get(host.name)?.platform.addresses.some((each) => vips.has(each)) === true
    return (host.priority ?? 0) + (active ? 1000 : 0)
  }
  return [...hosts].sort((a, b) => rank(a) - rank(b))
}

/** The phases of a run on `hosts`, each with its hosts in order. */
export const phasesOf = (
  { phases }: Playbook,
  cluster: Cluster,
  hosts: readonly ManagedHost[],
  facts: ReadonlyMap<string, Facts>,
): readonly Phase[] => {
  const chosen = new Set(hosts)
  return phases.map((phase) => {
    const all = hostsOf(cluster).filter((host) => runsOn(phase, host))
    const mine = all.filter((host) => chosen.has(host))
    const inOrder = phase.serial === undefined ? mine : backupFirst(cluster, mine, facts)
    const { name, serial, needs } = phase
    return {
      name,
      serial,
      needs,
      hosts: inOrder.map((host) => host.name),
    }
  })
}

/** What nobody wishes any more goes last, when no router needs it. */
export const orphansPhase = 'orphans'

/** The phase behind all others of a whole playbook. */
export const withOrphans = (
  phases: readonly Phase[],
  hosts: readonly string[],
): readonly Phase[] => [
  ...phases,
  {
    name: orphansPhase,
    serial: undefined,
    needs: phases.map(({ name }) => name),
    hosts,
  },
]

/**
 * Hosts that leave: the routers stop one by one, the one with the VIPs last; then what they sent to; and last the routers'
 * own network, over which some real servers may be reached.
 */
export const leavingPhases = (
  cluster: Cluster,
  hosts: readonly Ranked[],
  facts: ReadonlyMap<string, Facts>,
): readonly Phase[] => {
  const names = (role: Ranked['role']): readonly string[] =>
    backupFirst(
      cluster,
      hosts.filter((host) => host.role === role),
      facts,
    ).map(({ name }) => name)
  return [
    { name: 'stop', serial: 1, needs: [], hosts: names('router') },
    {
      name: 'real_servers',
      serial: undefined,
      needs: ['stop'],
      hosts: names('real_server'),
    },
    {
      name: 'routers',
      serial: 1,
      needs: ['stop', 'real_servers'],
      hosts: names('router'),
    },
  ]
}
