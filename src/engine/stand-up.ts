import { ChangeError, LbprovError } from '../errors.ts'
import type { PeerState } from '../peer.ts'
import { foldedNames, tame } from '../printable.ts'
import type { Mask } from '../secret.ts'
import { lines, sh } from '../sh/sh.ts'
import type { Listener } from './events.ts'
import { maskedError } from './mask.ts'
import type { Outcome } from './outcome.ts'
import type { Patience } from './patience.ts'
import { rejecting, type Peers } from './peers.ts'
import type { HostPlan } from './plan.ts'
import type { Wire } from './wire.ts'

/** A daemon that was stopped because it would have rejected a peer. */
export interface StoodDown {
  readonly phase: string
  readonly plan: HostPlan
  /** What it told before. */
  readonly before: PeerState['current']
}

interface Run {
  readonly tell: Listener
  readonly patience: Patience
  readonly mask: Mask
  readonly peers: Peers
  readonly wires: ReadonlyMap<string, Wire>
  readonly told: Map<string, PeerState['current']>
}

/** How a daemon that was stopped came out of it: started again, or not, and why. */
export interface StoodUp extends StoodDown {
  readonly host: string
  readonly outcome: Outcome
}

const start = async (
  { wires, patience, mask }: Run,
  host: string,
  { changes }: HostPlan,
): Promise<LbprovError | undefined> => {
  const run = lines(sh`set -e`, ...changes.flatMap(({ standsDown }) => standsDown ?? []))
  try {
    const [answer] = (await wires.get(host)?.trip([{ run }], patience.changeMs)) ?? []
    if (answer?.exit === 0) return undefined
    return new ChangeError(
      `${host}: could not be started again as it was: exit ${String(answer?.exit ?? 'unknown')}.\n${tame(mask(answer?.err ?? ''))}\n  Run again.`,
    )
  } catch (error) {
    if (error instanceof LbprovError) return maskedError(mask, error)
    throw error
  }
}

const staysStopped = (
  host: string,
  { changes }: HostPlan,
  others: readonly string[],
): LbprovError =>
  new ChangeError(
    `${host}: ${changes.map(({ what }) => what).join(', ')}: stays stopped, and a boot does not start it, because ${foldedNames(others)} may have changed already, and the two would reject each other. Run again once ${others.length === 1 ? 'it answers' : 'they answer'}.`,
  )

/**
 * Daemons that were stopped for a change that did not come start again as they were, but for those that a peer would
 * reject by now, or might.
 */
export const standUp = async (
  run: Run,
  stoodDown: ReadonlyMap<string, StoodDown>,
): Promise<readonly StoodUp[]> => {
  const all: StoodUp[] = []
  for (const [host, each] of stoodDown) {
    const others = rejecting(run.peers, run.told, host, each.before)
    const error =
      others.length > 0 ? staysStopped(host, each.plan, others) : await start(run, host, each.plan)
    if (error === undefined) run.told.set(host, each.before)
    const outcome: Outcome =
      error === undefined ? { kind: 'taken-back' } : { kind: 'failed', changes: 0, error }
    run.tell({ type: 'outcome', phase: each.phase, host, outcome })
    all.push({ ...each, host, outcome })
  }
  return all
}
