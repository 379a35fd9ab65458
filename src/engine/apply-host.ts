import { AnswerError, ChangeError, LbprovError, ProofError, ReachError } from '../errors.ts'
import type { PeerState } from '../peer.ts'
import type { Answer } from '../sh/answer.ts'
import { lines, sh } from '../sh/sh.ts'
import { changeStep, judge, questions, steps, type Judged } from './ask.ts'
import { guarded } from './guarded.ts'
import type { Outcome } from './outcome.ts'
import { peerIn } from './peers.ts'
import type { PlannedChange } from './plan.ts'
import type { Turn } from './turn.ts'
import type { Wire } from './wire.ts'
import { whereWritten } from './written.ts'

/** How it ended, and the wire to go on with: a guarded change leaves another one open. */
export interface Done {
  readonly outcome: Outcome
  readonly wire: Wire
  /** What the host's daemon tells its peers now; undefined: it is not known. */
  readonly told?: PeerState['current'] | undefined
}

type Ended = Pick<Done, 'outcome' | 'told'>

type Answers = readonly (Answer | undefined)[]

/** The first of them does first what must stand on the host before any. */
const withAhead = (
  { ahead }: Turn,
  [first, ...others]: readonly PlannedChange[],
): readonly PlannedChange[] =>
  first === undefined
    ? []
    : [
        {
          ...first,
          run: lines(...ahead.flatMap((each) => [sh`( ${each}`, sh`) || exit 1`]), first.run),
        },
        ...others,
      ]

const indented = (text: string): string => text.replace(/^/gm, '  ')

/** Why the first change that did not succeed did not, and what is left undone because of it. */
const failure = (
  turn: Turn,
  changes: readonly PlannedChange[],
  answers: Answers,
): ChangeError | undefined => {
  const n = changes.findIndex((_, each) => answers[each]?.exit !== 0)
  const change = changes[n]
  if (change === undefined) return undefined
  const said = turn.mask(answers[n]?.err.trim() ?? '')
  const undone = changes.slice(n + 1).map(({ what }) => what)
  return new ChangeError(
    [
      `${turn.plan.host}: phase "${turn.phase}": ${change.what}: exit ${String(answers[n]?.exit ?? 'unknown')}.`,
      ...(said === '' ? [] : [indented(said)]),
      ...whereWritten(change, said).map(indented),
      ...(undone.length === 0 ? [] : [`  Left undone here: ${undone.join('; ')}.`]),
      '  Mend the cause and run again: what is done already is not done twice.',
    ].join('\n'),
  )
}

const proof = (turn: Turn, judged: readonly Judged[]): LbprovError | undefined => {
  const left = judged.flatMap(({ changes }) => changes)
  if (left.length === 0) return undefined
  return new ProofError(
    [
      `${turn.plan.host}: phase "${turn.phase}": every command succeeded, and still:`,
      ...left.map(({ what, before, after, text }) =>
        text === true
          ? `  ${what} is not as wished.`
          : `  ${what} is ${before ?? 'not there'}, not ${after ?? 'gone'}.`,
      ),
      '  Something on the host works against it; look there, and run again.',
    ].join('\n'),
  )
}

/** Changes, then the questions again, in one trip: exit 0 alone proves nothing. */
const changeAndProve = async (
  turn: Turn,
  wire: Wire,
  changes: readonly PlannedChange[],
  before: number,
): Promise<Ended> => {
  const asked = questions(turn.resources)
  const answers = await wire.trip(
    [...changes.map(changeStep), ...steps(asked)],
    changes.length === 0 ? turn.patience.probeMs : turn.patience.changeMs,
  )
  const succeeded = answers.slice(0, changes.length).findIndex((answer) => answer?.exit !== 0)
  const done = before + (succeeded === -1 ? changes.length : succeeded)
  const failed = failure(turn, changes, answers)
  const judged = judgeAnew(turn, answers.slice(changes.length))
  const error = failed ?? (judged instanceof LbprovError ? judged : proof(turn, judged))
  return {
    outcome:
      error === undefined
        ? { kind: 'changed', changes: done }
        : { kind: 'failed', changes: done, error },
    told: judged instanceof LbprovError ? undefined : peerIn(judged)?.state.current,
  }
}

/** A command that failed is what is told, though the host's answers behind it may not be understood either. */
const judgeAnew = (turn: Turn, answers: Answers): readonly Judged[] | LbprovError => {
  try {
    return judge(turn.plan.host, turn.resources, answers)
  } catch (error) {
    if (error instanceof AnswerError) return new AnswerError(placed(turn, error), { cause: error })
    throw error
  }
}

/** Nobody knows which of the changes were done, so the host is asked what is left. */
const cutInTheMiddle = async (turn: Turn, wire: Wire): Promise<Ended> => {
  const { host, changes } = turn.plan
  const answers = await wire.trip(steps(questions(turn.resources)), turn.patience.probeMs)
  const left = judge(host, turn.resources, answers).flatMap((each) => each.changes)
  if (left.length === 0) return { outcome: { kind: 'changed', changes: changes.length } }
  // What moved the connection is done and confirmed; the rest is as harmless as ever.
  if (left.every(({ severs }) => severs !== true)) {
    return changeAndProve(
      turn,
      wire,
      withAhead(turn, left),
      Math.max(changes.length - left.length, 0),
    )
  }
  const error = new ReachError(
    host,
    'lost',
    `${host}: phase "${turn.phase}": the connection was cut in the middle. The host answers again and keeps what was done.\n  Left undone here: ${left.map(({ what }) => what).join('; ')}.\n  Run again.`,
  )
  return {
    outcome: { kind: 'failed', changes: Math.max(changes.length - left.length, 0), error },
  }
}

/** Where it happened, for an error that does not know. */
const placed = ({ phase, plan }: Turn, { message }: LbprovError): string =>
  `${message}\n  It was in phase "${phase}"; how far it got, the next run will see: ${plan.changes.map(({ what }) => what).join('; ')}.`

/** An error of this host alone is how its turn ended; anything else is a bug and goes on up. */
const orFailed = async (turn: Turn, wire: Wire, work: () => Promise<Done>): Promise<Done> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ReachError) {
      const lost = new ReachError(error.host, error.stage, placed(turn, error), { cause: error })
      return { outcome: { kind: 'failed', changes: 0, error: lost }, wire }
    }
    if (error instanceof AnswerError) {
      const unclear = new AnswerError(placed(turn, error), { cause: error })
      return { outcome: { kind: 'failed', changes: 0, error: unclear }, wire }
    }
    throw error
  }
}

const applyPlan = async (turn: Turn): Promise<Done> => {
  const changes = withAhead(turn, turn.plan.changes)
  const first = changes.findIndex(({ severs }) => severs === true)
  const last = changes.findLastIndex(({ severs }) => severs === true)
  if (first === -1) {
    return { ...(await changeAndProve(turn, turn.wire, changes, 0)), wire: turn.wire }
  }
  const begun = changes.slice(0, last + 1)
  const confirmed = await guarded(turn, changes.slice(0, first), begun.slice(first))
  if (!('wire' in confirmed)) return { outcome: confirmed, wire: turn.wire }
  const { wire, answers } = confirmed
  return orFailed(turn, wire, async () => {
    if (answers === undefined) return { ...(await cutInTheMiddle(turn, wire)), wire }
    const error = failure(turn, begun, answers)
    if (error !== undefined) {
      const done = answers.filter((answer) => answer?.exit === 0).length
      return { outcome: { kind: 'failed', changes: done, error }, wire }
    }
    const rest = changes.slice(last + 1)
    return { ...(await changeAndProve(turn, wire, rest, begun.length)), wire }
  })
}

/** The resources of a phase that come last (`isLast`) with their changes, and the rest. */
const lastAndRest = (turn: Turn): Readonly<Record<'last' | 'rest', Turn>> => {
  const isLast = (id: string): boolean =>
    turn.resources.some((each) => each.isLast === true && each.id === id)
  const part = (last: boolean): Turn => ({
    ...turn,
    plan: {
      ...turn.plan,
      changes: turn.plan.changes.filter(({ resource }) => isLast(resource) === last),
    },
    resources: turn.resources.filter(({ id }) => isLast(id) === last),
  })
  return { last: part(true), rest: part(false) }
}

/** The rest is proved before what comes last is begun. */
const inTwoParts = async (turn: Turn): Promise<Done> => {
  const { last, rest } = lastAndRest(turn)
  if (last.plan.changes.length === 0 || rest.plan.changes.length === 0) return applyPlan(turn)
  const done = await applyPlan(rest)
  const { outcome, wire } = done
  if (outcome.kind !== 'changed') return done
  return orFailed(last, wire, async () => {
    const ended = await changeAndProve(last, wire, last.plan.changes, outcome.changes)
    return { ...done, outcome: ended.outcome }
  })
}

/** Does what the plan says for one host in one phase, and proves it. Never throws an LbprovError. */
export const applyHost = async (turn: Turn): Promise<Done> =>
  turn.plan.changes.length === 0
    ? { outcome: { kind: 'unchanged' }, wire: turn.wire }
    : orFailed(turn, turn.wire, () => inTwoParts(turn))
