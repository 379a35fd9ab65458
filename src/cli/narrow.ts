import { WishError } from '../errors.ts'
import { hostsOf, type Cluster, type ManagedHost } from '../inventory/cluster.ts'
import { hint } from '../faults/nearest.ts'
import type { Playbook, PlaybookPhase } from '../playbook/playbook.ts'
import type { Skipped } from '../ui/screen.ts'

const asPattern = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  )

/**
 * The hosts that `--limit lb1,rs*` leaves; without it, all.
 * @throws WishError for a pattern that no host bears
 */
export const limitHosts = (cluster: Cluster, limit: string | undefined): readonly ManagedHost[] => {
  const hosts = hostsOf(cluster)
  if (limit === undefined) return hosts
  const patterns = limit.split(',').map((each) => each.trim())
  const names = hosts.map(({ name }) => name)
  for (const pattern of patterns) {
    const borne = asPattern(pattern)
    if (!names.some((name) => borne.test(name))) {
      throw new WishError(
        `--limit: no host of the inventory is called "${pattern}"${hint(pattern, names)}`,
      )
    }
  }
  const wanted = patterns.map(asPattern)
  return hosts.filter(({ name }) => wanted.some((pattern) => pattern.test(name)))
}

/**
 * The playbook with only the phases that `--phase` names; without any, all.
 * @throws WishError for a name that no phase bears
 */
const limitPhases = (playbook: Playbook, wanted: readonly string[]): Playbook => {
  if (wanted.length === 0) return playbook
  const names = playbook.phases.map(({ name }) => name)
  for (const name of wanted) {
    if (!names.includes(name)) {
      throw new WishError(`--phase: the playbook has no phase "${name}"${hint(name, names)}`)
    }
  }
  return { ...playbook, phases: playbook.phases.filter(({ name }) => wanted.includes(name)) }
}

const does = ({ tasks }: PlaybookPhase, ...names: readonly string[]): boolean =>
  tasks.some(({ name }) => names.includes(name))

/**
 * The playbook for a part of the cluster. Nothing is taken away by a run that does not see all: somebody who is not
 * asked may still need it. And keepalived is never reloaded without what makes its reload safe.
 */
export const narrow = (
  { cluster, playbook }: { readonly cluster: Cluster; readonly playbook: Playbook },
  hosts: readonly ManagedHost[],
  wanted: readonly string[],
): Playbook => {
  const named = limitPhases(playbook, wanted)
  if (named === playbook && hosts.length === hostsOf(cluster).length) return playbook
  const reloads = named.phases.some((phase) => does(phase, 'keepalived'))
  const kept = playbook.phases.filter(
    (phase) =>
      !phase.tasks.some(({ ends }) => ends !== undefined) &&
      (named.phases.includes(phase) || (reloads && does(phase, 'ready', 'drain', 'stand_down'))),
  )
  return { ...playbook, phases: kept }
}

interface Named {
  readonly name: string
}

const namesBeside = (all: readonly Named[], some: readonly Named[]): readonly string[] => {
  const taken = new Set(some.map(({ name }) => name))
  return all.map(({ name }) => name).filter((name) => !taken.has(name))
}

/** What the run leaves out of the inventory and the playbook: said, so that a part never looks whole. */
export const skippedOf = (
  { cluster, playbook }: { readonly cluster: Cluster; readonly playbook: Playbook },
  hosts: readonly ManagedHost[],
  { phases }: Playbook,
): Skipped => ({
  hosts: namesBeside(hostsOf(cluster), hosts),
  phases: namesBeside(playbook.phases, phases),
})
