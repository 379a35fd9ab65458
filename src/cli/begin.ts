import type { Screen } from '../ui/screen.ts'
import { screenFor, type ConductOptions } from './conduct.ts'
import { openWish, type Wish } from './files.ts'
import type { JobFrame } from './job.ts'
import { openReaching } from './reaching.ts'
import { keepJournal } from './run-journal.ts'
import { titleOf } from './title.ts'
import type { World } from './world.ts'

/** What a run on the whole inventory, by the shipped playbook, has before its job is known. */
export interface Begun {
  readonly wish: Wish
  readonly screen: Screen
  readonly frame: JobFrame
}

/**
 * Reads the inventory and opens screen and journal. `command`: as the journal calls it.
 * @throws WishError with every fault of the inventory
 */
export const begin = async (
  inventory: string,
  command: string,
  options: ConductOptions & { readonly forks: number },
  world: World,
): Promise<Begun> => {
  const wish = openWish(inventory, undefined, world)
  const reaching = await openReaching(options, wish.cluster, world)
  const skipped = { hosts: [], phases: [] }
  const shown = screenFor(titleOf(wish.cluster), options, skipped, world)
  const { screen, run } = keepJournal(shown, { inventory, wish, command, skipped }, world)
  const looksOnly = options.dryRun === true
  return {
    wish,
    screen,
    frame: { wish, forks: options.forks, tell: screen.tell, world, run, looksOnly, reaching },
  }
}
