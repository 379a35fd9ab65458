import { LbprovError } from '../errors.ts'
import { areTold, type PeerState } from '../peer.ts'
import type { Resource } from '../resource.ts'
import { judge, questions, steps, type Judged } from './ask.ts'
import { atMost } from './at-most.ts'
import { peerIn, type PeerHost, type Peers } from './peers.ts'
import type { Dial } from './wire.ts'

interface Asking {
  readonly dial: Dial
  readonly forks: number
  readonly patience: { readonly probeMs: number }
}

/** The daemon of a host that is not in the run; undefined: it does not say. Nothing there is changed or locked. */
const ask = async (
  { dial, patience }: Asking,
  host: string,
  question: Resource,
): Promise<PeerState | undefined> => {
  try {
    const wire = await dial(host)
    try {
      const answers = await wire.trip(steps(questions([question])), patience.probeMs)
      return peerIn(judge(host, [question], answers))?.state
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
 * tell yet.
 */
export const surveyPeers = async (
  asking: Asking,
  hosts: readonly PeerHost[],
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
  if (tellsAnew) {
    await atMost(asking.forks, hosts, async ({ host, question }) => {
      if (found.has(host) || question === undefined) return
      const state = await ask(asking, host, question)
      if (state !== undefined) found.set(host, state)
    })
  }
  return {
    found,
    desired: new Map([...own].map(([host, { desired }]) => [host, desired])),
    silent: new Set(hosts.flatMap(({ host }) => (found.has(host) ? [] : [host]))),
    why: new Map(hosts.map(({ host, why }) => [host, why])),
  }
}
