import { ReachError, WishError } from '../errors.ts'
import { hostsOf, type Cluster } from '../inventory/cluster.ts'
import { meansOf } from '../ssh/here.ts'
import { routeTo } from '../ssh/route.ts'
import { printableLine } from '../printable.ts'
import { openInventory, openWish } from './files.ts'
import { hereOf, openSshConfig } from './reaching.ts'
import { titleOf } from './title.ts'
import type { World } from './world.ts'

export interface CheckOptions {
  readonly playbook?: string
  readonly sshConfig?: string
}

/** What is to be said of the ways to the hosts. */
const checkWays = async (
  cluster: Cluster,
  file: string,
  world: World,
): Promise<readonly string[]> => {
  const means = meansOf(hereOf(openSshConfig(file, world), world))
  const wrong: string[] = []
  const remarks = await Promise.all(
    hostsOf(cluster).map(async ({ name, ssh }): Promise<readonly string[]> => {
      try {
        const route = await routeTo(name, ssh, means)
        return route.remarks.map((remark) => `${name}: ${remark}`)
      } catch (error) {
        if (!(error instanceof ReachError)) throw error
        wrong.push(error.message)
        return []
      }
    }),
  )
  if (wrong.length > 0) throw new WishError([...new Set(wrong)].join('\n'))
  return remarks.flat()
}

/** `lbprov check`: every fault that can be found without connecting. */
export const checkCommand = async (
  inventory: string,
  { playbook, sshConfig }: CheckOptions,
  world: World,
): Promise<number> => {
  const { cluster, warnings } =
    playbook === undefined ? openInventory(inventory, world) : openWish(inventory, playbook, world)
  const remarks = sshConfig === undefined ? [] : await checkWays(cluster, sshConfig, world)
  for (const warning of [...warnings, ...remarks]) world.terminal.err(`${warning}\n`)
  world.terminal.out(`${printableLine(inventory)}: ${titleOf(cluster)} · nothing wrong\n`)
  return 0
}
