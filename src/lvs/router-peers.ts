import type { PeerHost } from '../engine/peers.ts'
import type { Router } from '../inventory/cluster.ts'
import { daemonOf } from './keepalived-daemon.ts'
import { departed } from './roster.ts'
import type { Place } from './task.ts'

type Routers = Pick<Place, 'cluster' | 'roster'>

/** A router of the inventory, in the run or not. */
const ofInventory = (routers: Routers, router: Router, isInRun: boolean): PeerHost => {
  const next = isInRun
    ? 'and nothing in this run stops it first; if several routers hold VIPs, stop keepalived on all but one of them, and run again'
    : 'and it is not in this run; run without --limit, or name it there'
  return {
    host: router.name,
    why: {
      rejects: `its keepalived has VRRP settings that reject the new ones, ${next}`,
      unclear: `it cannot be known which VRRP settings its keepalived runs, ${next}`,
      silent: `${isInRun ? 'it does not answer' : 'it is not in this run, and does not answer'}; if it is off for good, take it out of the inventory`,
    },
    ...(!isInRun && { question: daemonOf(routers, router, 'look') }),
  }
}

/** A router that may still run though it left the inventory; what another router remembers of it is not gone after. */
const ofRoster = (host: string, inventory: string): PeerHost => {
  const why = `it left the inventory, and may still run with the old VRRP settings; run "lbprov remove ${inventory} ${host}" first, with --forget if it is gone for good`
  return { host, why: { rejects: why, unclear: why, silent: why } }
}

/**
 * The routers of a cluster, which must agree in VRRP: those of the inventory, and those that left it. `inRun`: names;
 * `inventory`: its path, as it was given.
 */
export const routerPeers = (
  routers: Routers,
  inRun: readonly string[],
  inventory: string,
): readonly PeerHost[] => [
  ...routers.cluster.routers.map((router) =>
    ofInventory(routers, router, inRun.includes(router.name)),
  ),
  ...departed(routers.cluster, routers.roster)
    .filter(({ role, name }) => role === 'router' && !inRun.includes(name))
    .map(({ name }) => ofRoster(name, inventory)),
]
