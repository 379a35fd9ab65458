import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'

import { ReachError } from '../errors.ts'
import type { Answer } from '../sh/frame.ts'
import { arm, confirm, guardSeconds } from './guard.ts'
import type { Outcome } from './outcome.ts'
import type { PlannedChange } from './plan.ts'
import { probeTimeoutMs } from './survey.ts'
import type { Turn } from './turn.ts'
import type { Wire } from './wire.ts'

/** Kept: the new wire that confirmed it, and the answers, or undefined when the old wire was cut before. */
interface Confirmed {
  readonly wire: Wire
  readonly answers: readonly (Answer | undefined)[] | undefined
}

const redial = async ({ dial, plan: { host } }: Turn, until: number): Promise<Wire | ReachError> => {
  for (;;) {
    try {
      return await dial(host)
    } catch (error) {
      if (!(error instanceof ReachError) || Date.now() > until) return error as ReachError
      await wait(1000)
    }
  }
}

const rolledBack = ({ plan: { host }, phase }: Turn, changes: readonly PlannedChange[]): Outcome => ({
  kind: 'rolled-back',
  error: new ReachError(
    host,
    'lost',
    `${host}: phase "${phase}": no new connection came through after ${changes.map(({ what }) => what).join('; ')}, so the host put everything back by itself. Check the addresses and the gateway in the inventory against how you reach ${host}, and run again.`,
  ),
})

/**
 * Changes that may cut the wire: the host is told first how to undo them, and undoes them by itself
 * unless a new connection says in time that it got through.
 */
export const guarded = async (
  turn: Turn,
  changes: readonly PlannedChange[],
): Promise<Confirmed | Outcome> => {
  const run = randomBytes(8).toString('hex')
  const undo = changes.flatMap((change) => (change.severs === true ? [change.undo] : []))
  const deadline = Date.now() + guardSeconds * 1000
  const script = [arm(run, undo), ...changes.map(({ run: command }) => command)]
  const answers = await turn.wire
    .trip(
      script.map((command) => ({ run: command, chained: true })),
      guardSeconds * 1000,
    )
    .catch((error: unknown) => {
      if (error instanceof ReachError) return undefined
      throw error
    })
  const wire = await redial(turn, deadline + 30_000)
  if (wire instanceof ReachError) {
    return {
      kind: 'failed',
      changes: 0,
      error: new ReachError(
        turn.plan.host,
        'lost',
        `${wire.message} It was reachable before phase "${turn.phase}"; the guard there undoes the change by itself, so look at the host's console if it does not come back.`,
      ),
    }
  }
  turn.wire.close()
  const [decided] = await wire.trip([{ run: confirm(run) }], probeTimeoutMs)
  if (decided?.exit === 0) return { wire, answers: answers?.slice(1) }
  wire.close()
  return rolledBack(turn, changes)
}
