import { isEmpty } from '../engine/plan.ts'
import { hangUp, survey, type Survey } from '../engine/survey.ts'
import { WishError } from '../errors.ts'
import { hint } from '../faults/nearest.ts'
import { hostsOf } from '../inventory/cluster.ts'
import type { KnownHost } from '../lvs/task.ts'
import { begin } from './begin.ts'
import { conduct, mayAsk, type ConductOptions } from './conduct.ts'
import { exitOf } from './exit-of.ts'
import type { Wish } from './files.ts'
import { applyJob, leaveJob, sharedMemory } from './job.ts'
import { departed } from '../lvs/roster.ts'
import type { World } from './world.ts'

export interface LeaveOptions extends ConductOptions {
  readonly forks: number
  /** `remove` only: the host is gone for good, so nobody is sent there. */
  readonly forget?: boolean
}

/** @throws WishError where somebody would have to be asked, and nobody can be */
const mustBeAnswered = (command: string, options: LeaveOptions, world: World): void => {
  if (options.dryRun === true || options.yes === true || mayAsk(options, world)) return
  throw new WishError(
    `Nobody can be asked here; look with --dry-run, then give --yes to ${command}.`,
  )
}

/** What is left of each host's orphans, said before anything is taken away. */
const remarksOf = ({ plan }: Survey): readonly string[] =>
  plan.phases.flatMap(({ hosts }) =>
    hosts.flatMap(({ host, left }) => left.map((sentence) => `${host}: ${sentence}`)),
  )

/** `lbprov destroy`: the whole cluster off its hosts, which are left as they were found. */
export const destroyCommand = async (
  inventory: string,
  options: LeaveOptions,
  world: World,
): Promise<number> => {
  const { wish, screen, frame } = await begin(inventory, 'destroy', options, world)
  mustBeAnswered('destroy', options, world)
  const { report } = await conduct(leaveJob(frame, hostsOf(wish.cluster)), {
    screen,
    options,
    question: `Take ${wish.cluster.name} off its hosts? Its VIPs will answer nobody.`,
    remarks: (found) => [...frame.reaching.remarks(), ...remarksOf(found)],
    world,
  })
  return exitOf(report)
}

/** The routers must have heard that it left: or they would go on sending to what is no more. */
const refuseUnheard = ({ plan, lost }: Survey, name: string, inventory: string): void => {
  const [[, error] = []] = [...lost]
  if (error !== undefined) throw error
  if (isEmpty(plan)) return
  throw new WishError(
    `The routers are not as ${inventory} says: they may still send to ${name}. Run "lbprov apply ${inventory}" first, then remove it.`,
  )
}

const findIn = (gone: readonly KnownHost[], name: string, { cluster }: Wish): KnownHost => {
  const found = gone.find((known) => known.name === name)
  if (found !== undefined) return found
  const names = gone.map((known) => known.name)
  throw new WishError(
    `No router of ${cluster.name} remembers a host "${name}" that left the inventory${hint(name, names, 'there is none')}.`,
  )
}

/** `lbprov remove`: a host that left the inventory is left as it was found, and forgotten by the routers. */
export const removeCommand = async (
  inventory: string,
  name: string,
  options: LeaveOptions,
  world: World,
): Promise<number> => {
  const { wish, screen, frame } = await begin(inventory, 'remove', options, world)
  mustBeAnswered('remove', options, world)
  const { cluster } = wish
  if (hostsOf(cluster).some((host) => host.name === name)) {
    throw new WishError(
      `${name} is still in ${inventory}; take it out, run "lbprov apply ${inventory}", then remove it.`,
    )
  }
  const looking = await survey(applyJob({ ...frame, looksOnly: true }, cluster.routers, []))
  hangUp(looking)
  for (const remark of frame.reaching.remarks()) screen.warn(remark)
  refuseUnheard(looking, name, inventory)
  const host = findIn(departed(cluster, sharedMemory(cluster, looking.reached).roster), name, wish)
  if (options.forget !== true) {
    const { report } = await conduct(leaveJob(frame, [host]), {
      screen,
      options,
      question: `Take ${name} out of ${cluster.name}?`,
      remarks: (found) => [...frame.reaching.remarks(), ...remarksOf(found)],
      world,
    })
    const exit = exitOf(report)
    if (exit !== 0 || !report.begun) return exit
  }
  const forget = applyJob({ ...frame, tell: () => undefined }, cluster.routers, [], (memory) => ({
    ...memory,
    roster: memory.roster.filter((known) => known.name !== name),
  }))
  const quiet = { ...screen, plan: () => undefined, begin: () => undefined }
  const told = await conduct(forget, {
    screen: { ...quiet, end: () => Promise.resolve() },
    options: { yes: true },
    question: '',
    world,
  })
  return exitOf(told.report)
}
