import type { LbprovError } from '../errors.ts'
import type { Mask } from '../secret.ts'
import { maskedSh } from '../sh/sh.ts'
import type { HostPlan, PlannedChange, Plan } from './plan.ts'

/** Said where both texts of a change show the same mask, and what is behind it is another. */
const hidden = 'the secret in it changes'

/** Whether a line changes only behind masks, so that a person could not see it. */
const hides = (mask: Mask, before: string, after: string): boolean => {
  if (mask(before) === before && mask(after) === after) return false
  const there = new Set(before.split('\n'))
  const shown = new Set([...there].map(mask))
  return after
    .split('\n')
    .some((line) => !there.has(line) && shown.has(mask(line)) && mask(line) !== line)
}

const maskedChange = (mask: Mask, change: PlannedChange): PlannedChange => {
  const { what, resource, before, after, note, run } = change
  const isHidden = before !== undefined && after !== undefined && hides(mask, before, after)
  const notes = [
    ...(note === undefined ? [] : [mask(note)]),
    ...(isHidden && note?.includes(hidden) !== true ? [hidden] : []),
  ]
  return {
    ...change,
    what: mask(what),
    resource: mask(resource),
    before: before === undefined ? undefined : mask(before),
    after: after === undefined ? undefined : mask(after),
    ...(notes.length > 0 && { note: notes.join(', ') }),
    run: maskedSh(run, mask),
    ...(change.adopts !== undefined && { adopts: maskedSh(change.adopts, mask) }),
    ...(change.standsDown !== undefined && { standsDown: maskedSh(change.standsDown, mask) }),
    ...(change.severs === true && { undo: maskedSh(change.undo, mask) }),
  }
}

const maskedHost = (mask: Mask, plan: HostPlan): HostPlan => ({
  ...plan,
  changes: plan.changes.map((change) => maskedChange(mask, change)),
  left: plan.left.map(mask),
  ...(plan.blocked !== undefined && { blocked: mask(plan.blocked) }),
})

/**
 * A plan as it leaves the engine, whose commands are as they were: a host may have a secret of the run in any of its
 * files.
 */
export const maskedPlan = (mask: Mask, { phases }: Plan): Plan => ({
  phases: phases.map((phase) => ({
    ...phase,
    hosts: phase.hosts.map((host) => maskedHost(mask, host)),
  })),
})

/** The same error; what it says of a host, too, is shown and kept. */
export const maskedError = <Failure extends LbprovError>(mask: Mask, error: Failure): Failure => {
  error.message = mask(error.message)
  return error
}
