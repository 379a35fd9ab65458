import { patience } from '../engine/patience.ts'
import { forgotten } from '../engine/forget.ts'
import type { RunInfo } from '../engine/lock.ts'
import type { Facts, Job } from '../engine/survey.ts'
import type { Listener } from '../engine/events.ts'
import type { Cluster, ManagedHost, Ssh } from '../inventory/cluster.ts'
import { readDrained, withDrained } from '../lvs/drained.ts'
import { departed, readRoster } from '../lvs/roster.ts'
import type { KnownHost, Place } from '../lvs/task.ts'
import { onceEach } from '../once-each.ts'
import { isStopped, orphansOf } from '../playbook/orphans.ts'
import { leavingPhases, orphansPhase, phasesOf, withOrphans } from '../playbook/phases.ts'
import { wishesOf } from '../playbook/wishes.ts'
import type { Wish } from './files.ts'
import { narrow } from './narrow.ts'
import type { Reaching } from './reaching.ts'
import type { World } from './world.ts'

/** What every job has, whatever is wished. */
export interface JobFrame {
  readonly wish: Wish
  readonly forks: number
  readonly tell: Listener
  readonly world: World
  readonly run: RunInfo
  /** A run that only looks. */
  readonly looksOnly: boolean
  readonly reaching: Reaching
}

const frameOf = (
  { wish: { cluster, owner }, forks, tell, world, run, looksOnly, reaching }: JobFrame,
  hosts: readonly { readonly name: string; readonly ssh: Ssh }[],
): Omit<Job, 'wishes' | 'phases'> => {
  reaching.learn(hosts)
  return {
    hosts: hosts.map(({ name }) => name),
    dial: reaching.dial,
    forks,
    patience: world.patience ?? patience,
    mask: reaching.mask,
    signal: world.signal,
    tell,
    run,
    owner: { cluster: cluster.name, playbook: owner },
    looksOnly,
  }
}

type Found = ReadonlyMap<string, Facts>

/** What the routers remember, all together: one of them may be new. */
export const sharedMemory = (
  { routers }: Cluster,
  facts: Found,
): Pick<Place, 'drained' | 'roster'> => {
  const records = routers.flatMap(({ name }) => {
    const found = facts.get(name)
    return found === undefined ? [] : [found.memory.records]
  })
  const known = records.flatMap(({ roster }) => readRoster(roster))
  return {
    drained: [...new Set(records.flatMap(({ drained }) => readDrained(drained)))],
    roster: [...new Map(known.map((host) => [host.name, host])).values()],
  }
}

/** What a run changes of what the routers remember, before anything is wished. */
export type Edit = (memory: Pick<Place, 'drained' | 'roster'>) => typeof memory

// What is never taken back is said where a host leaves for good, not whenever a topology changes.
const staying: readonly string[] = ['package', 'command']

/** The inventory and the playbook as the engine takes them. */
export const applyJob = (
  frame: JobFrame,
  hosts: readonly ManagedHost[],
  phases: readonly string[],
  edit: Edit = (memory) => memory,
): Job => {
  const { cluster, playbook, owner } = frame.wish
  const narrowed = narrow(frame.wish, hosts, phases)
  const isWhole = narrowed === playbook
  const routersPhase = playbook.phases.find(({ tasks }) =>
    tasks.some(({ name }) => name === 'keepalived'),
  )?.name
  const names = hosts.map(({ name }) => name)
  const byName = new Map(hosts.map((host) => [host.name, host]))
  // The same for every host of a run: read once, however many there are.
  const remembered = onceEach((facts: Found) => {
    const memory = edit(sharedMemory(cluster, facts))
    return { ...memory, cluster: withDrained(cluster, memory.drained) }
  })
  const placeOf = (name: string, facts: Found): Place => {
    const host = byName.get(name)
    const found = facts.get(name)
    if (host === undefined || found === undefined) throw new Error(`no host ${name}`)
    const memory = remembered(facts)
    return {
      cluster: memory.cluster,
      host,
      platform: found.platform,
      records: found.memory.records,
      drained: memory.drained,
      roster: memory.roster,
    }
  }
  return {
    ...frameOf(frame, hosts),
    wishes: (name, facts) => {
      const wished = wishesOf(playbook, placeOf(name, facts))
      const lines = facts.get(name)?.memory.manifest ?? []
      const host = byName.get(name)
      // lbprov came by it, and the next run will.
      const isWay = (id: string): boolean =>
        host !== undefined && id === `address ${frame.reaching.addressOf(host)}`
      const orphans = lines.filter(
        ({ playbook: theirs, id, kind }) =>
          theirs === owner &&
          !wished.lasting.has(id) &&
          !staying.includes(kind) &&
          !(kind === 'address' && isWay(id)),
      )
      return new Map([
        ...narrowed.phases.map(
          (phase) => [phase.name, wished.byPhase.get(phase.name) ?? []] as const,
        ),
        ...(isWhole ? [[orphansPhase, orphansOf(orphans)] as const] : []),
      ])
    },
    phases: (facts) => {
      const leftRouters = departed(cluster, remembered(facts).roster)
        .filter(({ role }) => role === 'router')
        .map(({ name }) => name)
      // A router that left may still run, and would disagree with those that change.
      const all = phasesOf(narrowed, cluster, hosts, facts).map((phase) =>
        phase.name === routersPhase
          ? { ...phase, absent: [...phase.absent, ...leftRouters] }
          : phase,
      )
      return isWhole ? withOrphans(all, names) : all
    },
  }
}

/** Hosts that lbprov leaves as it found them: everything in their manifests is taken back, and the manifests go. */
export const leaveJob = (frame: JobFrame, hosts: readonly KnownHost[]): Job => {
  const roles = new Map(hosts.map(({ name, role }) => [name, role]))
  return {
    ...frameOf(frame, hosts),
    wishes: (name, facts) => {
      const lines = facts.get(name)?.memory.manifest ?? []
      if (roles.get(name) !== 'router') {
        return new Map([['real_servers', [...orphansOf(lines), forgotten]]])
      }
      const others = lines.filter((line) => !isStopped(line))
      return new Map([
        ['stop', orphansOf(lines.filter(isStopped))],
        ['routers', [...orphansOf(others), forgotten]],
      ])
    },
    phases: (facts) => leavingPhases(frame.wish.cluster, hosts, facts),
  }
}
