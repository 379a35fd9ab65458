import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { WishError, cause, showFault } from '../errors.ts'
import type { Cluster } from '../inventory/cluster.ts'
import { readInventory } from '../inventory/read.ts'
import type { Playbook } from '../playbook/playbook.ts'
import { readPlaybook } from '../playbook/read.ts'
import { checkOwners } from '../playbook/wishes.ts'
import { openSecrets } from './secrets.ts'
import { shippedPlaybook } from './shipped-playbook.ts'
import type { World } from './world.ts'

/** What one command line names, read and checked. */
export interface Wish {
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

/** @throws WishError where the file cannot be read */
export const readText = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const why = cause((error as NodeJS.ErrnoException).code)
    throw new WishError(`${file}: ${why}; give the path of a file that can be read.`)
  }
}

export interface Inventory {
  readonly cluster: Cluster
  /** The file's own text, then those of the scripts that it names. */
  readonly sources: readonly string[]
  readonly warnings: readonly string[]
}

/** The text of a script; undefined where it cannot be read or is no text: half of it would be worse than none. */
const scriptAt = (path: string): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path))
  } catch {
    return undefined
  }
}

/** @throws WishError with every fault */
export const openInventory = (file: string, world: World): Inventory => {
  const text = readText(file)
  const scripts = new Map<string, string | undefined>()
  const source = (path: string): string | undefined => {
    if (!scripts.has(path)) scripts.set(path, scriptAt(path))
    return scripts.get(path)
  }
  const means = { home: world.home, secret: openSecrets(file, world), source }
  const { cluster, warnings } = readInventory(file, text, means)
  const sources = [text, ...[...scripts.values()].map((script) => script ?? '')]
  return { cluster, sources, warnings: warnings.map(showFault) }
}

/** @throws WishError with every fault of the inventory, or else of the playbook */
export const openWish = (file: string, playbookFile: string | undefined, world: World): Wish => {
  const { cluster, sources, warnings } = openInventory(file, world)
  const path = playbookFile ?? shippedPlaybook(cluster)
  const playbookText = readText(path)
  const source = (name: string): string | undefined => {
    try {
      return readFileSync(join(dirname(path), name), 'utf8')
    } catch {
      return undefined
    }
  }
  const playbook = readPlaybook(path, playbookText, source)
  checkOwners(playbook, cluster)
  const owner = playbookFile === undefined ? 'lbprov' : `playbook ${playbook.name}`
  return { cluster, playbook, owner, sources: [...sources, playbookText], warnings }
}
