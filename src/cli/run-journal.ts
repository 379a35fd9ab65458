import type { RunInfo } from '../engine/lock.ts'
import type { Screen, Skipped } from '../ui/screen.ts'
import { exitOf } from './exit-of.ts'
import { digestOf, type Wish } from './files.ts'
import { openJournal, type Journal } from './journal.ts'
import { makeRun } from './run-info.ts'
import { version } from './version.ts'
import type { World } from './world.ts'

export interface Recorded {
  /** Shows what it is told, and keeps it from the moment when something is about to be changed. */
  readonly screen: Screen
  readonly run: RunInfo
}

/** A screen with a journal behind it. A run that changes nothing leaves none. */
export const keepJournal = (
  screen: Screen,
  facts: {
    readonly inventory: string
    readonly wish: Wish
    readonly command: string
    readonly skipped: Skipped
  },
  world: World,
): Recorded => {
  const { inventory, wish, command, skipped } = facts
  const run = makeRun(wish.cluster.name, version())
  let journal: Journal | undefined
  return {
    run,
    screen: {
      ...screen,
      tell: (event) => {
        screen.tell(event)
        journal?.tell(event)
      },
      begin: (found) => {
        journal = openJournal(world, { run, inventory, digest: digestOf(wish), command, skipped })
        journal.plan(found)
        screen.begin(found)
      },
      end: async (report, seconds) => {
        await screen.end(report, seconds)
        journal?.end(report, exitOf(report), seconds)
        if (journal?.warning !== undefined) screen.warn(journal.warning)
      },
    },
  }
}
