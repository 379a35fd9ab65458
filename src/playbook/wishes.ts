import { WishError } from '../errors.ts'
import { hostsOf, type Cluster, type ManagedHost } from '../inventory/cluster.ts'
import { nothingRemembered, type Place } from '../lvs/task.ts'
import { debianPlatform, guidePlatform, type Platform } from '../platform.ts'
import type { Resource } from '../resource.ts'
import type { Neighbours } from './generic.ts'
import type { Playbook, PlaybookPhase, TaskUse } from './playbook.ts'

/** Whether a phase runs on a host at all. */
export const runsOn = ({ hosts }: PlaybookPhase, { role }: ManagedHost): boolean =>
  hosts === 'all' || hosts === (role === 'router' ? 'routers' : 'real_servers')

const neighboursOf = (phases: readonly PlaybookPhase[]): Neighbours => ({
  textOf: (path) =>
    phases.flatMap(({ tasks }) => tasks).find(({ file }) => file?.path === path)?.file?.text,
})

/** What a playbook wishes of one host. */
export interface Wished {
  readonly byPhase: ReadonlyMap<string, readonly Resource[]>
  /** The ids that are wished when all is done: what only stays until another task has ended it is not among them. */
  readonly lasting: ReadonlySet<string>
}

/**
 * What a playbook wishes of one host, by phase. A resource that two tasks wish alike is kept where it is
 * wished first; a task that ends another's work may wish it otherwise, later.
 * @throws WishError where two tasks wish different things of the same resource
 * @throws AnswerError where the platform cannot be what a task needs
 */
export const wishesOf = ({ phases }: Playbook, place: Place): Wished => {
  const { host } = place
  const mine = phases.filter((phase) => runsOn(phase, host))
  const neighbours = neighboursOf(mine)
  const owners = new Map<string, { readonly resource: Resource; readonly use: TaskUse }>()
  const keep = (resource: Resource, use: TaskUse): boolean => {
    const owner = owners.get(resource.id)
    // Equal wishes are mostly one resource.
    if (owner?.resource === resource || owner?.resource.wish === resource.wish) return false
    if (owner === undefined || use.ends === owner.use.name) {
      owners.set(resource.id, { resource, use })
      return true
    }
    throw new WishError(
      `${use.at}: on ${host.name}, the task "${use.name}" wishes something else of ${resource.id} than the task at ${owner.use.at}; leave it to one of them.`,
    )
  }
  const ended = new Set(mine.flatMap(({ tasks }) => tasks.map(({ ends }) => ends)))
  const lasting = new Set<string>()
  const byPhase = mine.map((phase) => {
    const kept = phase.tasks.flatMap((use) => {
      const resources = use.resources(place, neighbours)
      if (!ended.has(use.name)) for (const { id } of resources) lasting.add(id)
      return resources.filter((each) => keep(each, use))
    })
    return [phase.name, kept] as const
  })
  return { byPhase: new Map(byPhase), lasting }
}

const candidates: readonly Platform[] = [guidePlatform, debianPlatform]

/**
 * Finds the tasks that would fight over a resource on any host, whatever it turns out to be.
 * @throws WishError
 */
export const checkOwners = (playbook: Playbook, cluster: Cluster): void => {
  for (const host of hostsOf(cluster)) {
    for (const platform of candidates)
      wishesOf(playbook, { cluster, host, platform, ...nothingRemembered })
  }
}
