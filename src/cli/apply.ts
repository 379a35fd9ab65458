import { isEmpty } from '../engine/plan.ts'
import type { Survey } from '../engine/survey.ts'
import { WishError } from '../errors.ts'
import type { ManagedHost } from '../inventory/cluster.ts'
import { conduct, mayAsk, screenFor, type ConductOptions } from './conduct.ts'
import { exitOf } from './exit-of.ts'
import { openWish, type Wish } from './files.ts'
import { applyJob, sharedMemory } from './job.ts'
import { limitHosts, narrow, skippedOf } from './narrow.ts'
import { departed } from '../lvs/roster.ts'
import { openReaching, type Reaching } from './reaching.ts'
import { keepJournal } from './run-journal.ts'
import { openPlan, savePlan, type Approved, type Narrowing } from './saved-plan.ts'
import { titleOf } from './title.ts'
import type { World } from './world.ts'

export interface ApplyOptions extends ConductOptions {
  readonly limit?: string
  readonly playbook?: string
  readonly phase?: readonly string[]
  readonly forks: number
  readonly exitCode?: boolean
  /** A saved plan to follow. */
  readonly plan?: string
  /** Where the plan is saved: `lbprov plan -o`. */
  readonly output?: string
}

const narrowingOf = (options: ApplyOptions, saved: Approved | undefined): Narrowing => {
  if (saved === undefined) return { limit: options.limit, phase: options.phase ?? [] }
  if (options.limit === undefined && options.phase === undefined) return saved
  throw new WishError(
    '--plan: the plan says itself which hosts and phases it is for; leave out --limit and --phase.',
  )
}

/** Hosts that left the inventory and that the routers still know. */
const saidOfDeparted = (
  inventory: string,
  { cluster }: Wish,
  { reached }: Survey,
): readonly string[] =>
  departed(cluster, sharedMemory(cluster, reached).roster).map(({ name, role }) =>
    role === 'router'
      ? `${name} left the inventory, but nobody told it: it may still be a router of this cluster, and hold its VIPs. Take it off with "lbprov remove ${inventory} ${name}".`
      : `${name} left the inventory, and still has what lbprov wrote there; clean it with "lbprov remove ${inventory} ${name}".`,
  )

/** Addresses that the inventory takes off a host, and by which it says itself that the host is reached. */
const stillReachedBy = (
  inventory: string,
  hosts: readonly ManagedHost[],
  { reached }: Survey,
  addressOf: Reaching['addressOf'],
): readonly string[] =>
  hosts.flatMap((host) => {
    const { name, interfaces } = host
    const manifest = reached.get(name)?.memory.manifest
    if (manifest === undefined) return []
    const own = manifest.filter(({ kind }) => kind === 'address')
    if (own.length === 0) return []
    const way = addressOf(host)
    const wished = interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address))
    return own.some(({ id }) => id === `address ${way}`) && !wished.includes(way)
      ? [
          `${name}: ${way} is no longer wished there, but ${inventory} says that ${name} is reached by it; it stays until ssh names another, or ${name} boots. Give the new address in ssh now, and run again.`,
        ]
      : []
  })

/** `lbprov apply` and `lbprov plan`: the exit code. */
export const applyCommand = async (
  inventory: string,
  options: ApplyOptions,
  world: World,
): Promise<number> => {
  const wish = openWish(inventory, options.playbook, world)
  const saved = options.plan === undefined ? undefined : openPlan(options.plan, wish)
  const narrowing = narrowingOf(options, saved)
  const hosts = limitHosts(wish.cluster, narrowing.limit)
  const playbook = narrow(wish, hosts, narrowing.phase)
  const looksOnly = options.dryRun === true
  if (!looksOnly && options.yes !== true && saved === undefined && !mayAsk(options, world)) {
    throw new WishError('Nobody can be asked here; look with --dry-run, then give --yes to apply.')
  }
  const skipped = skippedOf(wish, hosts, playbook)
  const reaching = await openReaching(options, wish.cluster, world)
  const shown = screenFor(titleOf(wish.cluster), options, skipped, world)
  const { screen, run } = keepJournal(shown, { inventory, wish, skipped, command: 'apply' }, world)
  for (const warning of wish.warnings) screen.warn(warning)
  const frame = { wish, forks: options.forks, tell: screen.tell, world, run, looksOnly, reaching }
  const { report, plan } = await conduct(applyJob(frame, hosts, narrowing.phase), {
    screen,
    options,
    question: 'Apply?',
    ...(saved !== undefined && {
      objection: (found: Survey) => saved.moved(found.plan, reaching.mask),
      approved: true,
    }),
    remarks: (found) => [
      ...reaching.remarks(),
      ...saidOfDeparted(inventory, wish, found),
      ...stillReachedBy(inventory, hosts, found, reaching.addressOf),
    ],
    world,
  })
  if (options.output !== undefined) savePlan(options.output, wish, narrowing, plan)
  const exit = exitOf(report)
  return exit === 0 && options.exitCode === true && !isEmpty(plan) && !report.begun ? 3 : exit
}
