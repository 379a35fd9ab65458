import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { largeInventory } from '../inventory/large.ts'
import { showCell, type Contestant, type Measured } from './cell.ts'
import { ansibleFirst, checkOf, commandOf, nothingLeft, startOf } from './contestants.ts'
import type { Fleet } from './fleet.ts'
import { writeCluster, type Cluster } from './inventory.ts'
import type { Round } from './matrix.ts'
import { measure } from './measure.ts'
import { record, type Recorded } from './record.ts'
import { entryOf, type Entry } from './results.ts'

export type Say = (text: string) => void

const delayScript = fileURLToPath(new URL('delay.ts', import.meta.url))

/** Ports by which hosts are as far away as is asked for. */
export const openDelays = () => {
  const relays = new Map<number, ChildProcess>()
  return {
    portFor: async (rtt: number): Promise<number> => {
      if (rtt === 0) return 22
      const port = 2200 + rtt
      if (relays.has(rtt)) return port
      const words = ['--import', 'tsx', delayScript, String(port), String(rtt)]
      const relay = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
      relays.set(rtt, relay)
      await once(relay.stdout, 'data')
      return port
    },
    close: (): void => relays.forEach((relay) => relay.kill()),
  }
}

/** What one round needs at hand. */
export interface Means {
  readonly fleet: Fleet
  readonly portFor: (rtt: number) => Promise<number>
  readonly runs: number
  readonly say: Say
}

/** A: B: C: A: B: C: …, after one of each that does not count. */
const inTurn = async (
  who: readonly Contestant[],
  runs: number,
  once: (who: Contestant, run: number) => Promise<Measured>,
): Promise<ReadonlyMap<Contestant, readonly Measured[]>> => {
  const measured = new Map<Contestant, Measured[]>(who.map((each) => [each, []]))
  for (let run = 0; run <= runs; run += 1) {
    for (const each of who) {
      const one = await once(each, run)
      if (run > 0) measured.get(each)?.push(one)
    }
  }
  return measured
}

/** One real server alone is one of a small cluster. */
const fleetSize = (hosts: number): number => (hosts === 1 ? 3 : hosts)

const clusterOf = async (
  { cell: { topology, hosts, rtt } }: Round,
  { fleet, portFor }: Means,
): Promise<Cluster> => {
  const { keyFile, hostKey } = fleet
  return writeCluster(topology, hosts, fleet.hosts, { port: await portFor(rtt), keyFile, hostKey })
}

/** Hosts that are as the work wants to find them, and what lbprov sends to do it. */
const prepare = async (
  round: Round,
  means: Means,
): Promise<{ readonly cluster: Cluster; readonly recorded: Recorded }> => {
  const { hosts, work } = round.cell
  await means.fleet.renew(fleetSize(hosts))
  const cluster = await clusterOf(round, means)
  if (work === 'nothing') await record(cluster, 'first')
  if (round.who.includes('ansible') || round.who.includes('mitogen')) {
    await measure(ansibleFirst(cluster))
  }
  return { cluster, recorded: await record(cluster, work) }
}

const onHosts = async (round: Round, means: Means): Promise<readonly Entry[]> => {
  const { cell, who } = round
  const { cluster, recorded } = await prepare(round, means)
  const measured = await inTurn(who, means.runs, async (each, run) => {
    if (cell.work === 'first') await means.fleet.renew(fleetSize(cell.hosts))
    const one = await measure(commandOf(each, cell.work, cluster, recorded))
    // Whoever has applied must have done all of it: the floor does not ask.
    if (cell.work === 'first' && run === 0) await measure(nothingLeft(cluster))
    means.say(run === 0 ? '.' : String(run))
    return one
  })
  const { trips, connections } = recorded
  return who.map((each) =>
    entryOf(cell, each, measured.get(each) ?? [], each === 'lbprov' ? { trips, connections } : {}),
  )
}

const offline = async ({ cell, who }: Round, { runs, say }: Means): Promise<readonly Entry[]> => {
  const inventory = `/mnt/tmp/large-${String(cell.hosts)}.yaml`
  const large = { servers: cell.hosts, services: 200, forwarding: 'nat' } as const
  if (cell.work === 'check') writeFileSync(inventory, largeInventory(large))
  const measured = await inTurn(who, runs, (each, run) => {
    say(run === 0 ? '.' : String(run))
    return measure(cell.work === 'check' ? checkOf(inventory) : startOf(each))
  })
  return who.map((each) => entryOf(cell, each, measured.get(each) ?? []))
}

/** Does one round, and says how it goes. */
export const doRound = async (round: Round, means: Means): Promise<readonly Entry[]> => {
  means.say(`${showCell(round.cell)}: ${round.who.join(', ')} `)
  const isOffline = round.cell.work === 'start' || round.cell.work === 'check'
  const entries = await (isOffline ? offline : onHosts)(round, means)
  means.say('\n')
  return entries
}
