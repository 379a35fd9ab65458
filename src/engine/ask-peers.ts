import { LbprovError } from '../errors.ts'
import { areTold, type PeerState } from '../peer.ts'
import type { Resource } from '../resource.ts'
import { judge, named, questions, steps, type Judged } from './ask.ts'
import { atMost } from './at-most.ts'
import { memoryQuestions, readMemory, type HostMemory } from './memory.ts'
import { peerIn, type PeerHost, type Peers } from './peers.ts'
import type { Dial } from './wire.ts'

/** What lbprov left on hosts, by their names. */
export type Memories = ReadonlyMap<string, { readonly memory: HostMemory }>

interface Asking {
  readonly dial: Dial
  readonly forks: number
  readonly patience: { readonly probeMs: number }
  /** Every host whose daemon must agree with those of others, in this run or not. */
  peers(memories: Memories): readonly PeerHost[]
  /** @throws AnswerError where what such a host remembers is damaged, or another cluster's */
  admitPeer(host: string, memory: HostMemory): void
}

interface Said {
  readonly state: PeerState | undefined
  readonly memory: HostMemory
}

/** A host that is not in the run; undefined: it does not say, or not as lbprov wrote it. Nothing there is changed or locked. */
const ask = async (asking: Asking, host: string, question: Resource): Promise<Said | undefined> => {
  try {
    const wire = await asking.dial(host)
    try {
      const names = Object.keys(memoryQuestions) as (keyof typeof memoryQuestions)[]
      const asked = [...names.map((name) => memoryQuestions[name]), ...questions([question])]
      const answers = await wire.trip(steps(asked), asking.patience.probeMs)
      const memory = readMemory(host, named(names, answers))
      asking.admitPeer(host, memory)
      const judged = judge(host, [question], answers.slice(names.length))
      return { memory, state: peerIn(judged)?.state }
    } finally {
      wire.close()
    }
  } catch (error) {
    if (error instanceof LbprovError) return undefined
    throw error
  }
}

/**
 * The daemons that must agree. Those that are not in the run are asked only where one that is will tell what it does not
 * tell yet; and of whom else they know.
 */
export const surveyPeers = async (
  asking: Asking,
  inRun: Memories,
  judged: ReadonlyMap<string, readonly Judged[]>,
): Promise<Peers> => {
  const own = new Map(
    [...judged].flatMap(([host, all]) => {
      const peer = peerIn(all)
      return peer === undefined ? [] : [[host, peer] as const]
    }),
  )
  const found = new Map([...own].map(([host, { state }]) => [host, state]))
  const tellsAnew = [...own.values()].some(
    ({ state, desired }) => desired === undefined || !areTold(desired, state.current),
  )
  const memories = new Map(inRun)
  if (tellsAnew) {
    await atMost(asking.forks, asking.peers(inRun), async ({ host, question }) => {
      if (found.has(host) || question === undefined) return
      const said = await ask(asking, host, question)
      if (said?.state === undefined) return
      found.set(host, said.state)
      memories.set(host, said)
    })
  }
  const hosts = asking.peers(memories)
  return {
    found,
    desired: new Map([...own].map(([host, { desired }]) => [host, desired])),
    silent: new Set(hosts.flatMap(({ host }) => (found.has(host) ? [] : [host]))),
    why: new Map(hosts.map(({ host, why }) => [host, why])),
  }
}
