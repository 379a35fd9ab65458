import { WishError } from '../errors.ts'
import { hostsOf, type Cluster, type ManagedHost } from '../inventory/cluster.ts'
import { debianPlatform, guidePlatform, type Platform } from '../platform.ts'
import type { Resource } from '../resource.ts'
import type { Neighbours } from './generic.ts'
import type { Playbook, PlaybookPhase } from './playbook.ts'

/** Whether a phase runs on a host at all. */
export const runsOn = ({ hosts }: PlaybookPhase, { role }: ManagedHost): boolean =>
  hosts === 'all' || hosts === (role === 'router' ? 'routers' : 'real_servers')

const neighboursOf = (phases: readonly PlaybookPhase[]): Neighbours => ({
  textOf: (path) =>
    phases.flatMap(({ tasks }) => tasks).find(({ file }) => file?.path === path)?.file?.text,
})

/**
 * What a playbook wishes of one host, by phase. A resource that two tasks wish alike is kept where it is
 * wished first.
 * @throws WishError where two tasks wish different things of the same resource
 * @throws AnswerError where the platform cannot be what a task needs
 */
export const wishesOf = (
  { phases }: Playbook,
  cluster: Cluster,
  host: ManagedHost,
  platform: Platform,
): ReadonlyMap<string, readonly Resource[]> => {
  const mine = phases.filter((phase) => runsOn(phase, host))
  const neighbours = neighboursOf(mine)
  const owners = new Map<string, { readonly wish: string; readonly at: string }>()
  const keep = (resource: Resource, name: string, at: string): boolean => {
    const owner = owners.get(resource.id)
    if (owner === undefined) owners.set(resource.id, { wish: resource.wish, at })
    if (owner === undefined || owner.wish === resource.wish) return owner === undefined
    throw new WishError(
      `${at}: on ${host.name}, the task "${name}" wishes something else of ${resource.id} than the task at ${owner.at}; leave it to one of them.`,
    )
  }
  return new Map(
    mine.map((phase) => [
      phase.name,
      phase.tasks.flatMap(({ name, at, resources }) =>
        resources({ cluster, host, platform }, neighbours).filter((each) => keep(each, name, at)),
      ),
    ]),
  )
}

const candidates: readonly Platform[] = [guidePlatform, debianPlatform]

/**
 * Finds the tasks that would fight over a resource on any host, whatever it turns out to be.
 * @throws WishError
 */
export const checkOwners = (playbook: Playbook, cluster: Cluster): void => {
  for (const host of hostsOf(cluster)) {
    for (const platform of candidates) wishesOf(playbook, cluster, host, platform)
  }
}
