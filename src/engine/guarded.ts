import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'

import { AnswerError, ChangeError, LbprovError, LockedError, ReachError } from '../errors.ts'
import type { Answer } from '../sh/answer.ts'
import { changeStep, judge, questions, steps } from './ask.ts'
import { arm, confirm, undoneExit } from './guard.ts'
import { lockAnswer, lockStep } from './lock.ts'
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
  /** The new wire's shell has the lock from now on; it takes it from the old one's. */
  readonly locked: Answer | undefined
}

/** Milliseconds by which a host's clock and its undoing may be late. */
const graceMs = 30_000

/** Seconds for the old wire's shell to end what it does. */
const lockWait = 30

/** The first that gets through, by the address that is known or by one that the host may have by now. */
const dialAnyWay = async ({ dial, plan }: Turn, ways: readonly string[]): Promise<Wire> => {
  const { host } = plan
  const attempts = [dial(host), ...ways.map((at) => dial(host, at))]
  try {
    const wire = await Promise.any(attempts)
    for (const each of attempts) {
      each.then(
        (other) => other === wire || other.close(),
        () => undefined,
      )
    }
    return wire
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error
    const failures: readonly unknown[] = error.errors
    throw failures.find((each) => !(each instanceof ReachError)) ?? failures[0]
  }
}

/** Tells the host over a new connection that it got through, and goes on trying until it is of no use any more. */
const confirmAnew = async (
  turn: Turn,
  run: string,
  changes: readonly PlannedChange[],
): Promise<Decided> => {
  const ways = [...new Set(changes.flatMap(({ reachAt }) => reachAt ?? []))]
  // Whoever sets this machine's clock meanwhile changes nothing.
  const until = performance.now() + turn.patience.guardSeconds * 1000 + graceMs
  for (;;) {
    try {
      const wire = await dialAnyWay(turn, ways)
      const [answer, locked] = await wire.trip(
        [{ run: confirm(run) }, lockStep(turn.run, lockWait)],
        turn.patience.probeMs,
      )
      return { wire, answer, locked }
    } catch (error) {
      if (!(error instanceof ReachError)) throw error
      if (performance.now() > until) throw outOfReach(turn, error)
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

/** What the host still differs in now that the phase is taken back: asked anew, or else as it was planned. */
const stillToDo = async (turn: Turn, wire: Wire): Promise<readonly string[]> => {
  const { plan, resources, patience } = turn
  const left = await wire
    .trip(steps(questions(resources)), patience.probeMs)
    .then((answers) => judge(plan.host, resources, answers).flatMap(({ changes }) => changes))
    .catch((error: unknown) => {
      if (error instanceof LbprovError) return plan.changes
      throw error
    })
  return left.map(({ what, before, after, text }) =>
    text === true
      ? `  ${what}: is not as wished`
      : `  ${what}: is ${before ?? 'not there'}, wished ${after ?? 'gone'}`,
  )
}

const rolledBack = async (
  turn: Turn,
  wire: Wire,
  risky: readonly PlannedChange[],
): Promise<Outcome> => {
  const { host } = turn.plan
  const why = `no new connection came through within ${String(turn.patience.guardSeconds)} s of "${severing(risky)}", so the host took it back by itself.`
  const next = `Check the addresses and the gateway in the inventory against how you reach ${host}: what is reached through its old gateway needs proxy_jump through a router. Then run again.`
  const left = await stillToDo(turn, wire)
  const sentence = [`${host}: phase "${turn.phase}": ${why} ${next}`, ...left].join('\n')
  return { kind: 'rolled-back', error: new ReachError(host, 'lost', sentence) }
}

/** Another run came in between two connections of this one. */
const lockedOut = (turn: Turn, { locked }: Decided): LbprovError | undefined => {
  try {
    lockAnswer(turn.plan.host, locked)
    return undefined
  } catch (error) {
    if (error instanceof LockedError || error instanceof AnswerError) return error
    throw error
  }
}

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
    ...safe.map(changeStep),
    { run: arm(run, undo, guardSeconds), name: 'its guard', chained: true },
    ...risky.map(changeStep),
  ]
  const answers = await turn.wire
    .trip(
      script,
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
  const decided = await confirmAnew(turn, run, risky)
  const { wire, answer } = decided
  turn.wire.close()
  if (answer?.exit === 0) {
    const error = lockedOut(turn, decided)
    if (error === undefined) return { wire, answers: known }
    wire.close()
    const done = known?.filter((each) => each?.exit === 0).length ?? 0
    return { kind: 'failed', changes: done, error }
  }
  if (answer?.exit === undoneExit) {
    const outcome = await rolledBack(turn, wire, risky)
    wire.close()
    return outcome
  }
  wire.close()
  throw new AnswerError(
    `${turn.plan.host}: could not be told that the change is to be kept, so it takes it back after ${String(guardSeconds)} s: ${answer?.err.trim() ?? 'no answer'}`,
  )
}
