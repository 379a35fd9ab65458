import type { PeerHost } from '../engine/peers.ts'
import type { Router } from '../inventory/cluster.ts'
import { daemonOf } from './keepalived-daemon.ts'
import { departed } from './roster.ts'
import type { Place } from './task.ts'

type Routers = Pick<Place, 'cluster' | 'roster'>

/** The hosts of a run, by their names. */
interface About {
  readonly inRun: readonly string[]
  /** The one of them that left the inventory, where the run removes it. */
  readonly leaving?: string | undefined
  /** The path of the inventory, as it was given. */
  readonly inventory: string
}

/** What to do where a router outside of the run rejects the settings of one that is in it. */
const outOfRun = ({ leaving, inventory }: About): string =>
  leaving === undefined
    ? 'and it is not in this run; run without --limit, or name it there'
    : `and it stays; disable and stop keepalived on ${leaving} by hand, and run "lbprov remove ${inventory} ${leaving}" again`

/** A router of the inventory, in the run or not. */
const ofInventory = (routers: Routers, router: Router, about: About): PeerHost => {
  const isInRun = about.inRun.includes(router.name)
  const next = isInRun
    ? 'and nothing in this run stops it first; if several routers hold VIPs, stop keepalived on all but one of them, and run again'
    : outOfRun(about)
  return {
    host: router.name,
    why: {
      rejects: `its keepalived has VRRP settings that reject the new ones, ${next}`,
      unclear: `it cannot be known which VRRP settings its keepalived runs, ${next}`,
      silent: `${isInRun ? 'it does not answer' : 'it is not in this run, and cannot be asked'}; if it is off for good, take it out of the inventory`,
    },
    ...(!isInRun && { question: daemonOf(routers, router, 'look') }),
  }
}

/** A router that may still run though it left the inventory; what another router remembers of it is not gone after. */
const ofRoster = (host: string, inventory: string): PeerHost => {
  const why = `it left the inventory, and may still run with the old VRRP settings; run "lbprov remove ${inventory} ${host}" first, with --forget if it is gone for good`
  return { host, why: { rejects: why, unclear: why, silent: why } }
}

/** The routers of a cluster, which must agree in VRRP: those of the inventory, and those that left it. */
export const routerPeers = (routers: Routers, about: About): readonly PeerHost[] => [
  ...routers.cluster.routers.map((router) => ofInventory(routers, router, about)),
  ...departed(routers.cluster, routers.roster)
    .filter(({ role, name }) => role === 'router' && !about.inRun.includes(name))
    .map(({ name }) => ofRoster(name, about.inventory)),
]
