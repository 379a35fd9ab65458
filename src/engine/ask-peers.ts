import { LbprovError } from '../errors.ts'
import { areTold, type PeerState } from '../peer.ts'
import type { Resource } from '../resource.ts'
import { judge, named, questions, steps, type Judged } from './ask.ts'
import { atMost } from './at-most.ts'
import { memoryParts, memoryQuestions, readMemory, type HostMemory } from './memory.ts'
import { checkOwnFolders, ownFoldersQuestion } from './own-folders.ts'
import type { Patience } from './patience.ts'
import { peerIn, type PeerHost, type Peers } from './peers.ts'
import type { Dial } from './wire.ts'

/** What lbprov left on hosts, by their names. */
export type Memories = ReadonlyMap<string, { readonly memory: HostMemory }>

/** What a job says of the daemons that must agree. */
export interface PeerJob {
  readonly dial: Dial
  /** Hosts at once. */
  readonly forks: number
  readonly patience: Pick<Patience, 'probeMs'>
  /** Every host whose daemon must agree with those of others, in this run or not. */
  peers(memories: Memories): readonly PeerHost[]
  /**
   * Looks at what lbprov left on such a host that is not in the run.
   * @throws AnswerError where it is another cluster's, or damaged
   */
  admitPeer(host: string, memory: HostMemory): void
}

interface Outside {
  readonly state: PeerState
  readonly memory: HostMemory
}

/** A host outside of the run; undefined: it cannot be asked. Nothing there is changed or locked. */
const ask = async (
  job: PeerJob,
  host: string,
  question: Resource,
): Promise<Outside | undefined> => {
  try {
    const wire = await job.dial(host)
    try {
      const left = Object.values(memoryQuestions)
      const asked = [ownFoldersQuestion, ...left, ...questions([question])]
      const [own, ...others] = await wire.trip(steps(asked), job.patience.probeMs)
      checkOwnFolders(host, named(['own'], [own]).own)
      const memory = readMemory(host, named(memoryParts, others))
      job.admitPeer(host, memory)
      const peer = peerIn(judge(host, [question], others.slice(memoryParts.length)))
      return peer && { memory, state: peer.state }
    } finally {
      wire.close()
    }
  } catch (error) {
    if (error instanceof LbprovError) return undefined
    throw error
  }
}

/**
 * The daemons that must agree. Hosts outside of the run are asked only where a daemon of the run will tell what it does
 * not tell yet: how their daemons are, and which other hosts they remember.
 */
export const surveyPeers = async (
  job: PeerJob,
  inRun: Memories,
  judged: ReadonlyMap<string, readonly Judged[]>,
): Promise<Peers> => {
  const own = new Map(
    [...judged].flatMap(([host, all]) => {
      const peer = peerIn(all)
      return peer === undefined ? [] : [[host, peer] as const]
    }),
  )
  const tellsAnew = [...own.values()].some(
    ({ state, desired }) => desired === undefined || !areTold(desired, state.current),
  )
  const known = job.peers(inRun)
  const outside = new Map<string, Outside>()
  if (tellsAnew) {
    await atMost(job.forks, known, async ({ host, question }) => {
      if (own.has(host) || question === undefined) return
      const said = await ask(job, host, question)
      if (said !== undefined) outside.set(host, said)
    })
  }
  const hosts = outside.size === 0 ? known : job.peers(new Map([...inRun, ...outside]))
  // In the inventory's order, whichever host answered first.
  const found = new Map(
    [...hosts.map(({ host }) => host), ...own.keys()].flatMap((host) => {
      const state = (own.get(host) ?? outside.get(host))?.state
      return state === undefined ? [] : [[host, state] as const]
    }),
  )
  return {
    found,
    desired: new Map([...own].map(([host, { desired }]) => [host, desired])),
    silent: new Set(hosts.flatMap(({ host }) => (found.has(host) ? [] : [host]))),
    why: new Map(hosts.map(({ host, why }) => [host, why])),
  }
}
