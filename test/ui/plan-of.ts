import type { HostPlan, Plan, PlannedChange } from '../../src/engine/plan.ts'
import { sh } from '../../src/sh/sh.ts'
import { makePaint } from '../../src/ui/paint.ts'
import { showPlan } from '../../src/ui/plan.ts'

export const plain = makePaint(false)

export const change = (what: string, more: Partial<PlannedChange> = {}): PlannedChange =>
  ({
    resource: what,
    what,
    before: undefined,
    after: 'there',
    run: sh`touch ${what}`,
    ...more,
  }) as PlannedChange

export const host = (name: string, ...changes: readonly PlannedChange[]): HostPlan => ({
  host: name,
  changes,
  unchanged: 1,
  left: [],
})

export const plan = (...hosts: readonly HostPlan[]): Plan => ({
  phases: [{ name: 'web', serial: undefined, needs: [], hosts }],
})

export const shown = (each: Plan, verbose = false): string => `\n${showPlan(each, plain, verbose)}`
