import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'

import { AnswerError, ChangeError, ReachError } from '../errors.ts'
import type { Answer } from '../sh/frame.ts'
import { arm, confirm, undoneExit } from './guard.ts'
import type { Outcome } from './outcome.ts'
import type { PlannedChange } from './plan.ts'
import type { Turn } from './turn.ts'
import type { Wire } from './wire.ts'

/** Kept: the wire to go on with, and the answers, or undefined when the old wire was cut before they came. */
interface Confirmed {
  readonly wire: Wire
  readonly answers: readonly (Answer | undefined)[] | undefined
}

interface Decided {
  readonly wire: Wire
  readonly answer: Answer | undefined
}

/** Milliseconds by which a host's clock and its undoing may be late. */
const graceMs = 30_000

/** Tells the host over a new connection that it got through, and goes on trying until it is of no use any more. */
const confirmAnew = async (turn: Turn, run: string): Promise<Decided> => {
  const until = Date.now() + turn.patience.guardSeconds * 1000 + graceMs
  for (;;) {
    try {
      const wire = await turn.dial(turn.plan.host)
      const [answer] = await wire.trip([{ run: confirm(run) }], turn.patience.probeMs)
      return { wire, answer }
    } catch (error) {
      if (!(error instanceof ReachError)) throw error
      if (Date.now() > until) throw outOfReach(turn, error)
      await wait(1000)
    }
  }
}

const outOfReach = ({ plan: { host }, phase }: Turn, { message }: ReachError): ReachError =>
  new ReachError(
    host,
    'lost',
    `${message}\n  ${host} was reachable before phase "${phase}". Its guard has undone the change by now, or it was never made; look at the host's console if it does not come back.`,
  )

const severing = (changes: readonly PlannedChange[]): string =>
  changes
    .filter(({ severs }) => severs === true)
    .map(({ what, after }) => `${what}${after === undefined ? '' : ` ${after}`}`)
    .join('; ')

const rolledBack = (turn: Turn, risky: readonly PlannedChange[]): Outcome => ({
  kind: 'rolled-back',
  error: new ReachError(
    turn.plan.host,
    'lost',
    `${turn.plan.host}: phase "${turn.phase}": no new connection came through within ${String(turn.patience.guardSeconds)} s of "${severing(risky)}", so the host took it back by itself. Check the addresses and the gateway in the inventory against how you reach ${turn.plan.host}: what is reached through its old gateway needs proxy_jump through a router. Then run again.`,
  ),
})

const notArmed = (
  { plan: { host }, phase }: Turn,
  { exit, err }: Answer,
  done: number,
): Outcome => ({
  kind: 'failed',
  changes: done,
  error: new ChangeError(
    `${host}: phase "${phase}": its guard could not be armed: exit ${String(exit)}. ${err.trim()}\n  Nothing that may cut the connection was done. Is /run full, or not writable? Mend that and run again.`,
  ),
})

/**
 * Changes of which `risky` may cut the wire: before those the host is told how to undo them, and does so
 * by itself unless a new connection says in time that it got through. `safe`, which come first, may take
 * their time.
 */
export const guarded = async (
  turn: Turn,
  safe: readonly PlannedChange[],
  risky: readonly PlannedChange[],
): Promise<Confirmed | Outcome> => {
  const { guardSeconds, changeMs } = turn.patience
  const run = randomBytes(8).toString('hex')
  const undo = risky.flatMap((change) => (change.severs === true ? [change.undo] : []))
  const script = [
    ...safe.map((change) => change.run),
    arm(run, undo, guardSeconds),
    ...risky.map((change) => change.run),
  ]
  const answers = await turn.wire
    .trip(
      script.map((command) => ({ run: command, chained: true })),
      // A wire that was cut is silent; half the guard's time is left for a new one.
      safe.length === 0 ? guardSeconds * 500 : changeMs,
    )
    .catch((error: unknown) => {
      if (error instanceof ReachError) return undefined
      throw error
    })
  const known = answers?.filter((_, n) => n !== safe.length)
  const armed = answers?.[safe.length]
  if (known !== undefined && armed?.exit !== 0) {
    return armed === undefined
      ? { wire: turn.wire, answers: known }
      : notArmed(turn, armed, safe.length)
  }
  const { wire, answer } = await confirmAnew(turn, run)
  turn.wire.close()
  if (answer?.exit === 0) return { wire, answers: known }
  wire.close()
  if (answer?.exit === undoneExit) return rolledBack(turn, risky)
  throw new AnswerError(
    `${turn.plan.host}: could not be told that the change is to be kept, so it takes it back after ${String(guardSeconds)} s: ${answer?.err.trim() ?? 'no answer'}`,
  )
}
