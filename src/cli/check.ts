import { openInventory, openWish } from './files.ts'
import { titleOf } from './title.ts'
import type { World } from './world.ts'

/** `lbprov check`: every fault that can be found without connecting. */
export const checkCommand = (
  inventory: string,
  { playbook }: { readonly playbook?: string },
  world: World,
): number => {
  const { cluster, warnings } =
    playbook === undefined ? openInventory(inventory, world) : openWish(inventory, playbook, world)
  for (const warning of warnings) world.terminal.err(`${warning}\n`)
  world.terminal.out(`${inventory}: ${titleOf(cluster)} · nothing wrong\n`)
  return 0
}
