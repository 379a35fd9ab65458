import { admit, admitDeparted } from './admit.ts'
import type { Remembered } from '../engine/memory.ts'
import type { Memories } from '../engine/ask-peers.ts'
import { patience } from '../engine/patience.ts'
import { renamed } from '../engine/rename.ts'
import { forgotten } from '../engine/forget.ts'
import type { RunInfo } from '../engine/lock.ts'
import type { Facts, Job } from '../engine/survey.ts'
import type { Listener } from '../engine/events.ts'
import { hostsOf, type Cluster, type ManagedHost, type Ssh } from '../inventory/cluster.ts'
import { withDrained } from '../lvs/drained.ts'
import { roster as rosterTask } from '../lvs/roster.ts'
import { routerPeers } from '../lvs/router-peers.ts'
import type { KnownHost, Place } from '../lvs/task.ts'
import { onceEach } from '../once-each.ts'
import { givingWay, isStopped, orphansOf } from '../playbook/orphans.ts'
import { leavingPhases, orphansPhase, phasesOf, withOrphans } from '../playbook/phases.ts'
import { wishesOf } from '../playbook/wishes.ts'
import type { Wish } from './files.ts'
import type { Resource } from '../resource.ts'
import { narrow } from './narrow.ts'
import type { Reaching } from './reaching.ts'
import { sharedMemory, type SharedMemory } from './shared-memory.ts'
import { anotherMachine } from './this-machine.ts'
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
): Omit<Job, 'wishes' | 'phases' | 'peers'> => {
  // A router that is not in the run may be asked what it tells the others.
  reaching.learn([...cluster.routers, ...hosts])
  return {
    hosts: hosts.map(({ name }) => name),
    dial: reaching.dial,
    forks,
    patience: world.patience ?? patience,
    mask: reaching.mask,
    admit: (host, { memory }) => admit(cluster, host, memory),
    admitPeer: (host, memory) => admit(cluster, host, memory),
    signal: world.signal,
    tell,
    run,
    owner: { cluster: cluster.name, playbook: owner },
    looksOnly,
  }
}

type Found = ReadonlyMap<string, Facts>

/** What a run changes of what the routers remember, before anything is desired of a host. */
export type Edit = (memory: SharedMemory, host: string) => SharedMemory

// What is never taken back is said where a host leaves for good, not whenever a topology changes.
const staying: readonly string[] = ['package', 'command']

/** Of a host that was set up while the cluster had another name. */
const renaming = (
  { name, renamedFrom }: Cluster,
  lines: readonly Remembered[],
): readonly Resource[] =>
  lines.every((line) => line.cluster === name) ? [] : [renamed(renamedFrom, name)]

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
  const names = hosts.map(({ name }) => name)
  const byName = new Map(hosts.map((host) => [host.name, host]))
  // The same for every host of a run: read once, however many there are.
  const shared = onceEach((found: Memories) => sharedMemory(cluster, found))
  const drainedCluster = onceEach(({ drained }: SharedMemory) => withDrained(cluster, drained))
  const placeOf = (name: string, facts: Found): Place => {
    const host = byName.get(name)
    const found = facts.get(name)
    if (host === undefined || found === undefined) throw new Error(`no host ${name}`)
    const memory = edit(shared(facts), name)
    return {
      cluster: drainedCluster(memory),
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
      const [first] = narrowed.phases.filter((phase) => wished.byPhase.has(phase.name))
      return new Map([
        ...narrowed.phases.map((phase) => {
          const own = wished.byPhase.get(phase.name) ?? []
          return [
            phase.name,
            phase === first ? [...renaming(cluster, lines), ...own] : own,
          ] as const
        }),
        ...(isWhole ? [[orphansPhase, orphansOf(orphans)] as const] : []),
      ])
    },
    phases: (facts) => {
      const all = phasesOf(narrowed, cluster, hosts, facts)
      return isWhole ? withOrphans(all, names) : all
    },
    peers: (memories) => {
      const { roster } = shared(memories)
      return routerPeers({ cluster, roster }, { inRun: names, inventory: frame.wish.file })
    },
  }
}

/** Hosts that lbprov leaves as it found them: everything in their manifests is taken back, and the manifests go. */
export const leaveJob = (frame: JobFrame, hosts: readonly KnownHost[]): Job => {
  const { cluster, file } = frame.wish
  const roles = new Map(hosts.map(({ name, role }) => [name, role]))
  const isDeparted = (name: string): boolean => !hostsOf(cluster).some((host) => host.name === name)
  return {
    ...frameOf(frame, hosts),
    admit: (name, facts) =>
      isDeparted(name) ? admitDeparted(cluster, name, facts) : admit(cluster, name, facts.memory),
    wishes: (name, facts) => {
      const lines = facts.get(name)?.memory.manifest ?? []
      const first = isDeparted(name) ? [anotherMachine] : []
      if (roles.get(name) !== 'router') {
        return new Map([['real_servers', [...first, ...orphansOf(lines), forgotten]]])
      }
      const others = lines.filter((line) => !isStopped(line))
      return new Map([
        ['stop', [...first, ...orphansOf(lines.filter(isStopped)), ...givingWay(lines)]],
        ['routers', [...orphansOf(others), forgotten]],
      ])
    },
    phases: (facts) => leavingPhases(cluster, hosts, facts),
    peers: (memories) => {
      const { roster } = sharedMemory(cluster, memories)
      const inRun = [...roles.keys()]
      const leaving = inRun.find(isDeparted)
      return routerPeers(
        { cluster, roster: [...roster, ...hosts] },
        { inRun, leaving, inventory: file },
      )
    },
  }
}

/** The routers forget a host that left the inventory. Nothing else is done there, whatever else the inventory asks for. */
export const forgetJob = (frame: JobFrame, name: string): Job => {
  const { cluster } = frame.wish
  const { routers } = cluster
  const byName = new Map(routers.map((router) => [router.name, router]))
  const phase = 'forget'
  return {
    ...frameOf(frame, routers),
    wishes: (router, facts) => {
      const [host, found] = [byName.get(router), facts.get(router)]
      if (host === undefined || found === undefined) throw new Error(`no router ${router}`)
      const { drained, roster } = sharedMemory(cluster, facts)
      const remembered = roster.filter((known) => known.name !== name)
      const place = { cluster, host, platform: found.platform, records: found.memory.records }
      return new Map([[phase, rosterTask.resources({ ...place, drained, roster: remembered })]])
    },
    phases: () => [{ name: phase, hosts: [...byName.keys()], serial: undefined, needs: [] }],
    peers: () => [],
  }
}
