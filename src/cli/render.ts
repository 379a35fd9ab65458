import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { WishError } from '../errors.ts'
import { hostsOf } from '../inventory/cluster.ts'
import { nothingRemembered } from '../lvs/task.ts'
import { debianPlatform, guidePlatform, type Provider } from '../platform.ts'
import { printableLine } from '../printable.ts'
import { wishesOf } from '../playbook/wishes.ts'
import type { SavedFile } from '../resource.ts'
import { revealed } from '../secret.ts'
import { openWish } from './files.ts'
import type { World } from './world.ts'

export interface RenderOptions {
  readonly output: string
  readonly playbook?: string
  readonly provider?: Provider
  readonly showSecrets?: boolean
}

const own = '/var/lib/lbprov/'

/** Writes one file; what is to be said of it. */
const write = (target: string, { text, content }: SavedFile, showSecrets: boolean): string => {
  if (content === undefined || !showSecrets) {
    writeFileSync(target, text)
    return content === undefined ? '' : '  (its secrets are masked; --show-secrets shows them)'
  }
  // A new file is nobody else's before the first byte is in it, and no link that somebody laid there.
  rmSync(target, { force: true })
  writeFileSync(target, revealed(content), { flag: 'wx', mode: 0o600 })
  return '  (its secrets are in the clear)'
}

/** `lbprov render`: every file that would be written, per host, offline. */
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
    for (const file of files.filter((each) => !each.path.startsWith(own))) {
      const target = join(options.output, host.name, file.path)
      try {
        mkdirSync(dirname(target), { recursive: true })
        const remark = write(target, file, options.showSecrets === true)
        world.terminal.out(`${printableLine(target)}${remark}\n`)
      } catch (error) {
        throw new WishError(`${target} cannot be written: ${(error as Error).message}`)
      }
    }
  }
  return 0
}
