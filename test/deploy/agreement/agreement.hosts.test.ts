import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { found } from './found.ts'
import { history, inWords, names, type History, type Wished } from './history.ts'
import { openRouters, type Router } from './router.ts'
import { byHand } from './texts.ts'
import { rejections } from './vrrp.ts'
import { openWorld, type World } from './world.ts'

/*
 * The law of the routers: whatever the inventories, whoever is left out, away, refuses or loses its power, wherever a run
 * is cut off, and whatever is run next, no two routers come to run that reject each other, unless they did before. And
 * from wherever that leads there is a way out.
 */

let routers: readonly Router[]
let world: World
beforeAll(async () => {
  routers = await openRouters(names)
  world = openWorld(routers)
})
afterAll(async () => {
  world.close()
  await Promise.all(routers.map((router) => router.close()))
})

const begin = ({ before }: History): void => {
  world.reset()
  if (before === undefined) return
  for (const name of before.routers)
    routers.find((router) => router.name === name)?.startByHand(byHand(name, before.wished))
}

const lastWished = ({ steps }: History): Wished => {
  const wished = steps.flatMap((step) => (step.do === 'apply' ? [step.wished] : [])).at(-1)
  if (wished === undefined) throw new Error('a history without an apply')
  return wished
}

/** Returns the steps that were taken, for a failure to show. */
const live = async (all: History): Promise<void> => {
  begin(all)
  let wished = lastWished({ ...all, steps: all.steps.slice(0, 1) })
  for (const step of all.steps) {
    switch (step.do) {
      case 'apply':
        wished = step.wished
        await world.apply(wished, step.limit, step.trouble)
        break
      case 'destroy':
        await world.destroy(wished, step.trouble)
        break
      case 'remove':
        if (!wished.routers.includes(step.host)) await world.remove(wished, step.host, step.forget)
        break
      case 'stop':
      case 'reboot':
        world.mishap(step.do, step.host)
    }
  }
}

/** Removes the routers that left the inventory. Where each of them waits for another one, the first is forgotten. */
const removeDeparted = async (wished: Wished): Promise<void> => {
  let gone = await world.departed(wished)
  while (gone.length > 0) {
    for (const name of gone) await world.remove(wished, name, false)
    const left = await world.departed(wished)
    const [first, ...others] = left
    const isStuck = first !== undefined && left.length === gone.length
    if (isStuck) await world.remove(wished, first, true)
    gone = isStuck ? others : left
  }
}

/** With every host back and nothing in the way: routers that left are taken off, and the inventory is applied. */
const findsTheWayOut = async (wished: Wished): Promise<void> => {
  if (world.hasStrangers(wished)) return
  await removeDeparted(wished)
  // One that ran before lbprov runs again as it did.
  if (world.hasStrangers(wished)) return
  for (let left = 3; ; left -= 1) {
    const report = await world.apply(wished, undefined, { kind: 'none' })
    const statuses = [...(report?.hosts.values() ?? [])].map(({ status }) => status)
    const isDone = report !== undefined && statuses.every((status) => status === 'unchanged')
    if (isDone) break
    if (left === 0)
      throw new Error(
        `no way out: ${statuses.join(', ')}; ${world.stuck().join('; ')}: ${String(report?.errors.map(({ error }) => error.message))}`,
      )
  }
  for (const router of routers.filter(({ name }) =>
    (wished.routers as readonly string[]).includes(name),
  ))
    expect(router.runs()).toBe(router.file())
  expect(rejections(routers)).toEqual([])
}

it(
  'no two routers come to run that reject each other',
  async () => {
    const numRuns = Number(process.env.LBPROV_RUNS ?? 100)
    const seed = Number(process.env.LBPROV_SEED ?? Date.now() % 2 ** 31)
    const path = process.env.LBPROV_PATH ?? ''
    const examples: [History][] = path === '' ? found.map((each) => [each]) : []
    await fc.assert(
      fc.asyncProperty(history, async (all) => {
        await live(all)
        await findsTheWayOut(lastWished(all))
      }),
      { numRuns, seed, path, examples, endOnFailure: process.env.LBPROV_SHRINK !== '1', reporter },
    )
    const { runs, trips, looks, cuts, skipped } = world.counts
    console.log(
      `seed ${String(seed)}: ${String(numRuns)} histories, ${String(runs)} runs, ${String(trips)} trips, ${String(cuts)} cuts, ${String(looks)} looks, ${String(skipped)} skipped`,
    )
  },
  24 * 3_600_000,
)

const reporter = (details: fc.RunDetails<[History]>): void => {
  if (!details.failed) return
  const [all] = details.counterexample ?? []
  const told =
    all === undefined ? '' : [JSON.stringify(all.before), ...all.steps.map(inWords)].join('\n')
  throw new Error(
    `LBPROV_SEED=${String(details.seed)} (path ${details.counterexamplePath ?? ''}), after ${String(details.numRuns)} histories:\n${told}`,
    { cause: details.errorInstance },
  )
}
