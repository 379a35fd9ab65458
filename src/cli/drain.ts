import { printableLine } from '../printable.ts'
import { setTimeout as wait } from 'node:timers/promises'

import { hangUp, survey, type Job, type Survey } from '../engine/survey.ts'
import { WishError } from '../errors.ts'
import { hint } from '../faults/nearest.ts'
import { hostsOf, type Cluster } from '../inventory/cluster.ts'
import { connectionsOf } from '../lvs/connections.ts'
import { ipvsQuestion } from '../resources/ipvs-table.ts'
import { begin } from './begin.ts'
import { conduct, type ConductOptions } from './conduct.ts'
import { drainedByAll, drainedOn, emptiedBy } from './drains.ts'
import { exitOf } from './exit-of.ts'
import { applyJob, type Edit, type JobFrame } from './job.ts'
import { pendingOn } from './pending.ts'
import { sharedMemory } from './shared-memory.ts'
import type { World } from './world.ts'

export interface DrainOptions extends ConductOptions {
  readonly forks: number
  /** Seconds. */
  readonly timeout: number
}

const poolNames = ({ services }: Cluster): readonly string[] => [
  ...new Set(
    services.flatMap(({ virtualServers }) =>
      virtualServers.flatMap(({ pool }) => pool.map(({ name }) => name)),
    ),
  ),
]

/** Says how many connections a real server still has, whenever that changes, until it has none or time is up. */
const watch = async (
  job: Job,
  cluster: Cluster,
  name: string,
  timeout: number,
  { terminal, signal }: World,
): Promise<number> => {
  const until = performance.now() + timeout * 1000
  const wires = await Promise.all(cluster.routers.map((router) => job.dial(router.name)))
  try {
    let said: number | undefined
    for (;;) {
      const answers = await Promise.all(
        wires.map((wire) => wire.trip([{ run: ipvsQuestion }], job.patience.probeMs)),
      )
      // A connection that the routers have synced is one connection.
      const left = Math.max(
        ...answers.map(([answer]) => connectionsOf(cluster, name, answer?.out ?? '')),
      )
      if (left !== said) {
        terminal.out(`${name}: ${String(left)} ${left === 1 ? 'connection' : 'connections'}\n`)
      }
      said = left
      if (left === 0 || performance.now() > until || signal.aborted) return left
      await wait(1000)
    }
  } finally {
    for (const wire of wires) wire.close()
  }
}

/** What each router that answers does by now: the real servers that it has drained. */
type Standing = ReadonlyMap<string, readonly string[]>

/**
 * What else the inventory asks for is for `apply`, which has the right order for it: so each router must have nothing to
 * do, by what it remembers itself of drains, or by what all remember. One that does not answer is left out: when it is
 * back, it learns of the drain from the others.
 */
const standingOf = async (
  frame: JobFrame,
  cluster: Cluster,
  inventory: string,
  command: string,
): Promise<Standing> => {
  const looking = async (edit: Edit): Promise<Survey> => {
    const found = await survey(applyJob({ ...frame, looksOnly: true }, cluster.routers, [], edit))
    hangUp(found)
    return found
  }
  const own = await looking((memory, router) => ({
    ...memory,
    drained: drainedOn(memory, router),
  }))
  const [[, error] = []] = [...own.lost]
  if (own.reached.size === 0 && error !== undefined) throw error
  const memory = sharedMemory(cluster, own.reached)
  const agreed = drainedByAll(memory)
  const others = pendingOn(own.plan)
  const left =
    others.length === 0 || agreed.length === memory.drained.length
      ? others
      : pendingOn((await looking((all) => ({ ...all, drained: agreed }))).plan)
  if (others.some((router) => left.includes(router))) {
    throw new WishError(
      `The routers are not as ${inventory} says, and ${command} changes nothing else; run "lbprov apply ${inventory}" first.`,
    )
  }
  return new Map(
    [...own.reached.keys()].map((router) => [
      router,
      others.includes(router) ? agreed : drainedOn(memory, router),
    ]),
  )
}

/** @throws WishError for the last real server of a service: keepalived takes no pool whose weights are all 0 */
const refuseEmptying = (standing: Standing, cluster: Cluster, name: string): void => {
  const drained = [...new Set([...standing.values()].flat())]
  const before = emptiedBy(cluster, drained)
  const emptied = emptiedBy(cluster, [...drained, name]).filter((each) => !before.includes(each))
  if (emptied.length === 0) return
  throw new WishError(
    `${name} is the last real server of ${emptied.join(', ')} that is not drained, and nothing would be sent there any more; undrain or add another one first, or take the service out of the inventory.`,
  )
}

const change = async (
  command: 'drain' | 'undrain',
  inventory: string,
  name: string,
  options: DrainOptions,
  world: World,
): Promise<number> => {
  const { wish, screen, frame } = await begin(inventory, `${command} ${name}`, options, world)
  const { cluster } = wish
  const names = poolNames(cluster)
  if (!names.includes(name)) {
    const hosts = hostsOf(cluster).map((host) => host.name)
    const why = hosts.includes(name)
      ? `${name} is in no pool, so nothing is sent there.`
      : `There is no real server "${name}" in any pool${hint(name, names)}.`
    throw new WishError(why)
  }
  // With persistence, a drain has a kernel setting of its own.
  const narrowed = wish.playbook.phases.filter(({ tasks }) =>
    tasks.some(({ name: task }) =>
      ['keepalived_conf', 'keepalived', 'kernel_settings'].includes(task),
    ),
  )
  const standing = await standingOf(frame, cluster, inventory, command)
  for (const remark of frame.reaching.remarks()) screen.warn(remark)
  if (command === 'drain') refuseEmptying(standing, cluster, name)
  const routers = cluster.routers.filter((router) => standing.has(router.name))
  const job = applyJob(
    frame,
    routers,
    narrowed.map((phase) => phase.name),
    (memory, router) => {
      const others = (standing.get(router) ?? []).filter((each) => each !== name)
      return { ...memory, drained: command === 'drain' ? [...others, name] : others }
    },
  )
  const { report } = await conduct(job, {
    screen,
    options: { ...options, yes: true },
    question: '',
    world,
  })
  const exit = exitOf(report)
  if (exit !== 0 || command === 'undrain' || options.json === true) return exit
  const left = await watch(job, { ...cluster, routers }, name, options.timeout, world)
  const again = printableLine(`lbprov undrain ${inventory} ${name}`)
  world.terminal.out(
    left === 0
      ? `${name} is drained: no router sends to it, and it has no connection left. It stays so until "${again}".\n`
      : `${name} still has ${String(left)} ${left === 1 ? 'connection' : 'connections'} after ${String(options.timeout)} s. It gets no new ones, and stays drained until "${again}".\n`,
  )
  return 0
}

/** `lbprov drain`: a real server gets no new connections; the routers remember it. */
export const drainCommand = (
  inventory: string,
  name: string,
  options: DrainOptions,
  world: World,
): Promise<number> => change('drain', inventory, name, options, world)

/** `lbprov undrain`: it gets them again. */
export const undrainCommand = (
  inventory: string,
  name: string,
  options: DrainOptions,
  world: World,
): Promise<number> => change('undrain', inventory, name, options, world)
