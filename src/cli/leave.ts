import { hangUp, survey, type Survey } from '../engine/survey.ts'
import { WishError } from '../errors.ts'
import { hint } from '../faults/nearest.ts'
import { hostsOf } from '../inventory/cluster.ts'
import { byOwnFiles, departed, endpoint } from '../lvs/roster.ts'
import type { KnownHost } from '../lvs/task.ts'
import { begin } from './begin.ts'
import { conduct, mayAsk, type ConductOptions } from './conduct.ts'
import { exitOf } from './exit-of.ts'
import type { Wish } from './files.ts'
import { applyJob, forgetJob, leaveJob, type JobFrame } from './job.ts'
import { pendingOn } from './pending.ts'
import { sharedMemory } from './shared-memory.ts'
import type { World } from './world.ts'

export interface LeaveOptions extends ConductOptions {
  readonly forks: number
  /** `remove` only: the host is gone for good, so nothing is done there. */
  readonly forget?: boolean
}

/** @throws WishError where a question would have to be answered, and there is no terminal */
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

/**
 * The routers must have heard that a real server left, or they would go on sending to it. A router gets nothing from
 * them; what they still have to change may even wait for it to be gone.
 */
const refuseUnheard = (
  { plan, lost }: Survey,
  { name, role }: KnownHost,
  inventory: string,
  options: LeaveOptions,
): void => {
  if (options.forget === true || role === 'router') return
  const [[, error] = []] = [...lost]
  if (error !== undefined) throw error
  if (pendingOn(plan).length === 0) return
  throw new WishError(
    `The routers are not as ${inventory} says: they may still send to ${name}. Run "lbprov apply ${inventory}" first, then remove it.`,
  )
}

/** A host as routers remember it, and which of them do. */
interface Remembered {
  readonly host: KnownHost
  readonly by: readonly string[]
}

/** @throws WishError where no router remembers it, or they do not agree on where it is */
const findIn = ({ reached }: Survey, name: string, { cluster }: Wish): Remembered => {
  const memory = sharedMemory(cluster, reached)
  const gone = departed(cluster, memory.roster)
  const host = gone.find((known) => known.name === name)
  if (host === undefined) {
    const names = gone.map((known) => known.name)
    throw new WishError(
      `No router of ${cluster.name} remembers a host "${name}" that left the inventory${hint(name, names, 'there is none')}.`,
    )
  }
  const by = [...(memory.knownBy.get(name) ?? [])]
  const places = new Set(by.map(([, known]) => endpoint(known)))
  if (places.size > 1) {
    throw new WishError(
      `The routers remember ${name} at different places: ${by.map(([router, known]) => `${endpoint(known)} (${router})`).join(', ')}. Let them forget it with --forget; if it still has what lbprov wrote there, put it back into the inventory, with the right "ssh", and take it out again.`,
    )
  }
  return { host: byOwnFiles(cluster, host), by: by.map(([router]) => router) }
}

/** The routers forget it; nothing is shown of that but what goes wrong. */
const letForget = async (frame: JobFrame, name: string, world: World): Promise<number> => {
  const nothing = (): undefined => undefined
  const { report } = await conduct(forgetJob({ ...frame, tell: nothing }, name), {
    screen: {
      ...{ tell: nothing, plan: nothing, warn: nothing, begin: nothing },
      end: () => Promise.resolve(),
    },
    options: { yes: true },
    question: '',
    world,
  })
  for (const { error } of report.errors) world.terminal.err(`${error.message}\n`)
  return exitOf(report)
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
  const [[, error] = []] = [...looking.lost]
  if (looking.reached.size === 0 && error !== undefined) throw error
  const { host, by } = findIn(looking, name, wish)
  refuseUnheard(looking, host, inventory, options)
  if (options.forget !== true) {
    const way = (): Promise<string> => frame.reaching.wayTo(host)
    const { report } = await conduct(leaveJob(frame, [host]), {
      screen,
      options,
      question: async () => `Take ${name}, which is ${await way()}, out of ${cluster.name}?`,
      name,
      remarks: async (found) => [
        `${name} is ${await way()}, as ${by.join(' and ')} ${by.length === 1 ? 'remembers' : 'remember'} it.`,
        ...frame.reaching.remarks(),
        ...remarksOf(found),
      ],
      world,
    })
    const exit = exitOf(report)
    if (exit !== 0 || !report.begun) return exit
  }
  if (options.dryRun !== true) return letForget(frame, name, world)
  screen.warn(`${by.join(' and ')} would forget ${name}.`)
  return 0
}
