import { areTold, rejectEachOther, type Peer, type PeerSettings, type PeerState } from '../peer.ts'
import type { Resource } from '../resource.ts'
import { counted, foldedNames, longestList } from '../printable.ts'
import { lines, sh } from '../sh/sh.ts'
import type { Judged } from './ask.ts'
import type { HostPlan } from './plan.ts'

/*
 * The invariant: at no moment of a run, completed or cut off anywhere, do two daemons run that reject each other, unless
 * they did before the run. So a daemon may tell its peers something else only while each of them is stopped (and is
 * started by nothing but lbprov), or tells the same already. What it would tell after a boot counts as told. `obstacle`
 * holds it; the daemon's kind says what is told, and which of its changes adopt other settings.
 */

/** Why a daemon cannot change with its peers, by what is known of it. */
export interface WhyNot {
  /** It tells what would be rejected. */
  readonly rejects: string
  /** What it tells cannot be known. */
  readonly unclear: string
  /** Its host does not say. */
  readonly silent: string
}

/** A host whose daemon must agree with those of the hosts that change. */
export interface PeerHost {
  readonly host: string
  /** Why it cannot change with the others, and what to do: `it does not answer; …`. */
  readonly why: WhyNot
  /** What it is asked where it is not in this run, and the answer matters; undefined: it is in it, or not to be asked. */
  readonly question?: Resource
}

/** The daemons that must agree, as they were found. */
export interface Peers {
  readonly found: ReadonlyMap<string, PeerState>
  /** What the daemons of this run's hosts will tell; undefined: it cannot be known. */
  readonly desired: ReadonlyMap<string, PeerSettings | undefined>
  /** Hosts that do not say what their daemons tell. */
  readonly silent: ReadonlySet<string>
  readonly why: ReadonlyMap<string, WhyNot>
}

/** What each daemon tells by now: on hosts by name. */
export type Told = ReadonlyMap<string, PeerState['current']>

export const toldAtFirst = ({ found }: Peers): Told =>
  new Map([...found].map(([host, { current }]) => [host, current]))

export const isAdopting = ({ changes }: HostPlan): boolean =>
  changes.some(({ adopts }) => adopts !== undefined)

export const isStandingDown = ({ changes }: HostPlan): boolean =>
  changes.some(({ standsDown }) => standsDown !== undefined)

/** A host's daemon as its resources find it: of those that change it, if any does. */
export const peerIn = (judged: readonly Judged[]): Peer | undefined => {
  const peers = judged.filter(({ peer }) => peer !== undefined)
  const changing = peers.find(({ changes }) => changes.some(({ adopts }) => adopts !== undefined))
  return (changing ?? peers[0])?.peer
}

const reject = (one: PeerState['current'], other: PeerState['current']): boolean =>
  one.some((each) => other.some((another) => rejectEachOther(each, another)))

const known = (current: PeerState['current']): PeerState['current'] =>
  current.filter((settings) => settings !== undefined)

/** Whether two hosts' daemons are known to have rejected each other before the run: a doubt is no leave to go on. */
const rejectedBefore = ({ found }: Peers, host: string, other: string): boolean =>
  reject(known(found.get(host)?.current ?? []), known(found.get(other)?.current ?? []))

/** Peers that run now, or may after a boot, and would reject what a host is to tell; each is known. */
export const rejecting = (
  peers: Peers,
  told: Told,
  host: string,
  settings: PeerState['current'],
): readonly string[] =>
  [...told]
    .filter(([other]) => other !== host && !rejectedBefore(peers, host, other))
    .filter(([, current]) => reject(settings, current))
    .map(([other]) => other)

/**
 * Whether hosts that do not answer may reject what a host is to tell. All that ran agreed before the run, so none of
 * them rejects what another router tells already. Where no daemon was ever set up, as far as it is known, none is.
 */
export const mayBeRejected = ({ found, desired, silent }: Peers, host: string): boolean => {
  const settings = desired.get(host)
  const states = [...found.values()]
  return (
    silent.size > 0 &&
    states.some(({ isSetUp }) => isSetUp) &&
    (settings === undefined ||
      !areTold(
        settings,
        states.flatMap(({ current }) => current),
      ))
  )
}

/**
 * The plan of the first daemon that is set up, as far as it is known: one that nothing is known of may serve all the
 * same, so before the first change that adopts settings what can be seen of it is looked at.
 */
export const unlessServed = ({ found }: Peers, told: Told, plan: HostPlan): HostPlan => {
  const isFirst =
    [...found.values()].every(({ isSetUp }) => !isSetUp) &&
    [...told.values()].every((current) => current.length === 0)
  const first = plan.changes.find(({ adopts }) => adopts !== undefined)
  if (!isFirst || first?.adopts === undefined) return plan
  const look = lines(sh`( ${first.adopts}`, sh`) || exit 1`)
  return {
    ...plan,
    changes: plan.changes.map((change) =>
      change === first ? { ...change, run: lines(look, change.run) } : change,
    ),
  }
}

/** `lb2, lb3 cannot change with it: they …`; hosts of which the same is to be said stand together. */
export const cannotChange = (hosts: readonly string[], whyOf: (host: string) => string): string => {
  const groups = new Map<string, string[]>()
  for (const host of hosts) groups.set(whyOf(host), [...(groups.get(whyOf(host)) ?? []), host])
  return [...groups]
    .map(
      ([why, names]) =>
        `${names.length > longestList ? counted(names.length, 'host') : foldedNames(names)} cannot change with it: ${why}`,
    )
    .join('; ')
}
