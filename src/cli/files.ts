import { createHash } from 'node:crypto'
import { dirname } from 'node:path'

import { showFaults } from '../errors.ts'
import type { Cluster } from '../inventory/cluster.ts'
import { readInventory } from '../inventory/read.ts'
import type { Playbook } from '../playbook/playbook.ts'
import { readPlaybook } from '../playbook/read.ts'
import { checkOwners } from '../playbook/wishes.ts'
import { readTextBelow, readTextFile } from '../text-file.ts'
import { openSecrets } from './secrets.ts'
import { shippedPlaybook } from './shipped-playbook.ts'
import type { World } from './world.ts'

/** What one command line names, read and checked. */
export interface Wish {
  /** The inventory's path, as it was given. */
  readonly file: string
  readonly cluster: Cluster
  readonly playbook: Playbook
  /** Whose work a manifest says it is: the shipped playbooks are one, whatever the topology. */
  readonly owner: string
  /** The texts themselves, for a saved plan to remember. */
  readonly sources: readonly string[]
  readonly warnings: readonly string[]
}

/** The sum of all that was read: two of the same wish the same. */
export const digestOf = ({ sources }: Wish): string =>
  createHash('sha256').update(JSON.stringify(sources)).digest('hex')

export interface Inventory {
  readonly cluster: Cluster
  /** The file's own text, then those of the scripts that it names. */
  readonly sources: readonly string[]
  readonly warnings: readonly string[]
}

/** The text of a script; undefined where it cannot be read or is no text: half of it would be worse than none. */
const scriptAt = (path: string): string | undefined => {
  try {
    return readTextFile(path)
  } catch {
    return undefined
  }
}

/** @throws WishError with every fault */
export const openInventory = (file: string, world: World): Inventory => {
  const text = readTextFile(file)
  const scripts = new Map<string, string | undefined>()
  const source = (path: string): string | undefined => {
    if (!scripts.has(path)) scripts.set(path, scriptAt(path))
    return scripts.get(path)
  }
  const means = { home: world.home, secret: openSecrets(file, world), source }
  const { cluster, warnings } = readInventory(file, text, means)
  const sources = [text, ...[...scripts.values()].map((script) => script ?? '')]
  return { cluster, sources, warnings: showFaults(warnings) }
}

/** @throws WishError with every fault of the inventory, or else of the playbook */
export const openWish = (file: string, playbookFile: string | undefined, world: World): Wish => {
  const { cluster, sources, warnings } = openInventory(file, world)
  const path = playbookFile ?? shippedPlaybook(cluster)
  const playbookText = readTextFile(path)
  const source = (name: string): string | undefined => readTextBelow(dirname(path), name)
  const playbook = readPlaybook(path, playbookText, source)
  // Those that lbprov ships do not fight, whatever the inventory: their tests hold them to it.
  if (playbookFile !== undefined) checkOwners(playbook, cluster)
  const owner = playbookFile === undefined ? 'lbprov' : `playbook ${playbook.name}`
  return { file, cluster, playbook, owner, sources: [...sources, playbookText], warnings }
}
