import { writeFileSync } from 'node:fs'

import { z } from 'zod'

import { movedHosts, type Plan } from '../engine/plan.ts'
import { StaleError, WishError } from '../errors.ts'
import { parseJson } from '../json.ts'
import { printableLine } from '../printable.ts'
import type { Mask } from '../secret.ts'
import { readTextFile } from '../text-file.ts'
import { digestOf, type Wish } from './files.ts'

/** A plan has every file that is to change, before and after. */
const mostBytes = 64 * 2 ** 20

/** This version's way to save a plan. */
const format = 1

const foreign = z.looseObject({ lbprov: z.int() })

// What is compared with the plan of today. A command is its text, with secrets masked.
const planned = z.looseObject({
  phases: z.array(
    z.looseObject({
      name: z.string(),
      hosts: z.array(
        z.looseObject({
          host: z.string(),
          blocked: z.string().optional(),
          changes: z.array(
            z.looseObject({
              resource: z.string(),
              what: z.string(),
              before: z.string().optional(),
              after: z.string().optional(),
              run: z.string(),
            }),
          ),
        }),
      ),
    }),
  ),
})

const savedPlan = z.strictObject({
  lbprov: z.literal(format),
  wish: z.string(),
  limit: z.string().optional(),
  phases: z.array(z.string()),
  plan: planned,
})

/** Why a file cannot be followed, and what to do. */
const complaint = (file: string, found: unknown, error: z.ZodError): WishError => {
  const anew = `"lbprov plan INVENTORY -o ${file}"`
  const known = foreign.safeParse(found)
  if (!known.success) return new WishError(`${file}: this is no plan; make one with ${anew}.`)
  if (known.data.lbprov !== format) {
    return new WishError(
      `${file}: another version of lbprov saved this plan, in a way that this one does not read; make a new one with ${anew}.`,
    )
  }
  const path = error.issues[0]?.path.map(String).join('.') ?? ''
  return new WishError(
    `${file}: this plan is damaged${path === '' ? '' : ` at ${printableLine(path)}`}, or was edited; make a new one with ${anew}.`,
  )
}

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
  const saved = { lbprov: format, wish: digestOf(wish), limit, phases: phase, plan }
  try {
    writeFileSync(file, `${JSON.stringify(saved, undefined, 2)}\n`, { mode: 0o600 })
  } catch (error) {
    throw new WishError(`${file}: the plan cannot be written there: ${(error as Error).message}`)
  }
}

/** A plan that was approved when it was saved. */
export interface Approved extends Narrowing {
  /** Hosts that would now change in another way, and what to say of each. */
  readonly moved: (now: Plan, mask: Mask) => ReadonlyMap<string, StaleError>
}

/** @throws WishError when the file is no plan, or one for another inventory or playbook */
export const openPlan = (file: string, wish: Wish): Approved => {
  const text = readTextFile(file, mostBytes)
  const found = parseJson(text)
  const read = savedPlan.safeParse(found)
  if (!read.success) throw complaint(file, found, read.error)
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
      // Through JSON and the schema, as the saved one went: the same words in the same order.
      const moved = movedHosts(plan, planned.parse(JSON.parse(JSON.stringify(now))), mask)
      const sentence = `no longer as when ${file} was made, so the plan is refused and nothing was changed; look at the differences with "lbprov plan", and save a new one.`
      return new Map(moved.map((host) => [host, new StaleError(`${host}: ${sentence}`)]))
    },
  }
}
