import { isEmpty } from '../engine/plan.ts'
import type { Survey } from '../engine/survey.ts'
import { AnswerError, ReachError, WishError, type LbprovError } from '../errors.ts'
import type { Cluster, ManagedHost } from '../inventory/cluster.ts'
import { conduct, mayAsk, screenFor, type ConductOptions } from './conduct.ts'
import { doubtfulDrains } from './drains.ts'
import { exitOf } from './exit-of.ts'
import { openWish, type Wish } from './files.ts'
import { applyJob } from './job.ts'
import { sharedMemory } from './shared-memory.ts'
import { limitHosts, narrow, skippedOf } from './narrow.ts'
import { byOwnFiles, departed } from '../lvs/roster.ts'
import type { KnownHost } from '../lvs/task.ts'
import { inQuotes } from '../printable.ts'
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

/** `lb1 and lb2 remember`. */
const remembering = (routers: readonly string[]): string =>
  `${routers.join(' and ')} ${routers.length === 1 ? 'remembers' : 'remember'}`

/** What a router remembers may lead nowhere. */
const whereIs = async (host: KnownHost, wayTo: Reaching['wayTo']): Promise<string> => {
  try {
    return await wayTo(host)
  } catch (error) {
    if (error instanceof ReachError) return inQuotes(host.ssh.host)
    throw error
  }
}

/** Hosts that left the inventory and that the routers still know. */
const saidOfDeparted = async (
  inventory: string,
  { cluster }: Wish,
  { reached }: Survey,
  wayTo: Reaching['wayTo'],
): Promise<readonly string[]> => {
  const memory = sharedMemory(cluster, reached)
  const said = departed(cluster, memory.roster).map(async (host) => {
    const { name, role } = host
    const by = remembering([...(memory.knownBy.get(name)?.keys() ?? [])])
    const where = await whereIs(byOwnFiles(cluster, host), wayTo)
    const who = `${name} (${where}, as ${by}) left the inventory`
    const command = `lbprov remove ${inventory} ${name}`
    return role === 'router'
      ? `${who}, but was never told: it may still be a router of this cluster, and hold its VIPs. Take it off with "${command}".`
      : `${who}, and still has what lbprov wrote there; clean it with "${command}".`
  })
  return Promise.all(said)
}

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

/** With --yes nobody looks at the plan, and what is in doubt is not done. */
const unseen = (
  doubts: readonly string[],
  { routers: [router] }: Cluster,
): ReadonlyMap<string, LbprovError> =>
  new Map(
    doubts.length === 0 || router === undefined
      ? []
      : [
          [
            router.name,
            new AnswerError(
              `${doubts.join('\n')}\n  --yes is no answer to that, so nothing was changed; or run it on a terminal, look at the plan, and say y.`,
            ),
          ],
        ],
  )

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
  const doubts = ({ reached, plan: found }: Survey): readonly string[] =>
    doubtfulDrains(wish.cluster, sharedMemory(wish.cluster, reached), found, inventory)
  const { report, plan } = await conduct(applyJob(frame, hosts, narrowing.phase), {
    screen,
    options,
    question: 'Apply?',
    objection: (found) =>
      saved === undefined
        ? unseen(options.yes === true && !looksOnly ? doubts(found) : [], wish.cluster)
        : saved.moved(found.plan, reaching.mask),
    approved: saved !== undefined,
    remarks: async (found) => [
      ...reaching.remarks(),
      ...doubts(found),
      ...(await saidOfDeparted(inventory, wish, found, reaching.wayTo)),
      ...stillReachedBy(inventory, hosts, found, reaching.addressOf),
    ],
    world,
  })
  if (options.output !== undefined) savePlan(options.output, wish, narrowing, plan)
  const exit = exitOf(report)
  return exit === 0 && options.exitCode === true && !isEmpty(plan) && !report.begun ? 3 : exit
}
