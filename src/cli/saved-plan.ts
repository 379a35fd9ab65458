import { writeFileSync } from 'node:fs'

import { z } from 'zod'

import { movedHosts, type Plan } from '../engine/plan.ts'
import { StaleError, WishError } from '../errors.ts'
import { parseJson } from '../json.ts'
import { readTextFile } from '../text-file.ts'
import { digestOf, type Wish } from './files.ts'

/** A plan has every file that is to change, before and after. */
const mostBytes = 64 * 2 ** 20

const savedPlan = z.strictObject({
  lbprov: z.literal(1),
  wish: z.string(),
  limit: z.string().optional(),
  phases: z.array(z.string()),
  plan: z.looseObject({ phases: z.array(z.unknown()) }),
})

/** What a saved plan says of the run that it is for. */
export interface Narrowing {
  readonly limit: string | undefined
  readonly phase: readonly string[]
}

/** Saves a plan for a later `apply --plan`: secrets are masked in it, and needed again then. */
export const savePlan = (
  file: string,
  wish: Wish,
  { limit, phase }: Narrowing,
  plan: Plan,
): void => {
  const saved = { lbprov: 1, wish: digestOf(wish), limit, phases: phase, plan }
  try {
    writeFileSync(file, `${JSON.stringify(saved, undefined, 2)}\n`, { mode: 0o600 })
  } catch (error) {
    throw new WishError(`${file}: the plan cannot be written there: ${(error as Error).message}`)
  }
}

/** A plan that was approved when it was saved. */
export interface Approved extends Narrowing {
  /** Hosts that would now change in another way, and what to say of each. */
  readonly moved: (now: Plan, mask: (text: string) => string) => ReadonlyMap<string, StaleError>
}

/** @throws WishError when the file is no plan, or one for another inventory or playbook */
export const openPlan = (file: string, wish: Wish): Approved => {
  const text = readTextFile(file, mostBytes)
  const read = savedPlan.safeParse(parseJson(text))
  if (!read.success) {
    throw new WishError(
      `${file}: this is no plan; make one with "lbprov plan INVENTORY -o ${file}".`,
    )
  }
  const { wish: sum, limit, phases, plan } = read.data
  if (sum !== digestOf(wish)) {
    throw new WishError(
      `${file}: the inventory or the playbook has changed since this plan was made; make a new one with "lbprov plan".`,
    )
  }
  return {
    limit,
    phase: phases,
    moved: (now, mask) => {
      // Through JSON, as the saved one went.
      const moved = movedHosts(
        plan as unknown as Plan,
        JSON.parse(JSON.stringify(now)) as Plan,
        mask,
      )
      const sentence = `no longer as when ${file} was made, so the plan is refused and nothing was changed; look at the differences with "lbprov plan", and save a new one.`
      return new Map(moved.map((host) => [host, new StaleError(`${host}: ${sentence}`)]))
    },
  }
}
