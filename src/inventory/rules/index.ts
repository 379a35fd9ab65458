import { gatewayIsAnother, networkGateways, oneGateway, privateCard } from './gateways.ts'
import { hostNames, instanceNames } from './names.ts'
import { natWayBack, onALink } from './paths.ts'
import { anyService, pools } from './pools.ts'
import { networkNames, realServerNames, vipNames } from './references.ts'
import { oneCardPerNetwork, priorities, sameNetworks, vipsAreServed } from './routers.ts'
import type { Rule } from './rule.ts'
import {
  fittingCheck,
  noNewPorts,
  onePlaceEach,
  portOrPorts,
  sorryServer,
  weights,
} from './services.ts'
import { cards, realServerShape } from './shape.ts'
import { noCircles, notOverVips, oneHostEach, ownMachine } from './ssh.ts'
import { edges, insideSubnets, overlaps } from './subnets.ts'
import { addressTwice } from './twice.ts'
import { advertInterval, routerIds } from './vrrp.ts'

/** Names that must name something, and parts that must be there before anything follows from them. */
const references: readonly Rule[] = [
  networkNames,
  vipNames,
  realServerNames,
  realServerShape,
  cards,
  portOrPorts,
]

/** What two places of a file say against each other: true of any part of it. */
export const conflicts: readonly Rule[] = [
  hostNames,
  instanceNames,
  addressTwice,
  overlaps,
  insideSubnets,
  edges,
  priorities,
  oneCardPerNetwork,
  networkGateways,
  gatewayIsAnother,
  privateCard,
  notOverVips,
  noCircles,
  oneHostEach,
  ownMachine,
  onePlaceEach,
  noNewPorts,
  sorryServer,
  fittingCheck,
  advertInterval,
  routerIds,
]

/** What is missing from a whole inventory without dangling names. */
const gaps: readonly Rule[] = [sameNetworks, vipsAreServed, anyService, weights]

/** How packets get there and back, once the routers agree on where they are. */
const ways: readonly Rule[] = [onALink, natWayBack, pools, oneGateway]

/** Each is judged only when the ones before found nothing wrong: what follows from a fault is no fault of its own. */
export const stages: readonly (readonly Rule[])[] = [references, gaps, ways]
