import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { WishError } from '../errors.ts'
import { hostsOf } from '../inventory/cluster.ts'
import { debianPlatform, guidePlatform, type Provider } from '../platform.ts'
import { nothingRemembered } from '../lvs/task.ts'
import { wishesOf } from '../playbook/wishes.ts'
import { openWish } from './files.ts'
import type { World } from './world.ts'

export interface RenderOptions {
  readonly output: string
  readonly playbook?: string
  readonly provider?: Provider
}

const own = '/var/lib/lbprov/'

/** `lbprov render`: every file that would be written, per host, offline; secrets are masked. */
export const renderCommand = (inventory: string, options: RenderOptions, world: World): number => {
  const { cluster, playbook, warnings } = openWish(inventory, options.playbook, world)
  for (const warning of warnings) world.terminal.err(`${warning}\n`)
  const platform = options.provider === 'ifupdown' ? debianPlatform : guidePlatform
  for (const host of hostsOf(cluster)) {
    const resources = [
      ...wishesOf(playbook, { cluster, host, platform, ...nothingRemembered }).byPhase.values(),
    ].flat()
    const files = resources.flatMap((resource) => resource.files)
    // What lbprov remembers for itself is no part of the configuration.
    for (const { path, text } of files.filter((each) => !each.path.startsWith(own))) {
      const target = join(options.output, host.name, path)
      try {
        mkdirSync(dirname(target), { recursive: true })
        writeFileSync(target, text)
      } catch (error) {
        throw new WishError(`${target} cannot be written: ${(error as Error).message}`)
      }
      world.terminal.out(`${target}\n`)
    }
  }
  return 0
}
