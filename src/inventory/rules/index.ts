import { arpMethods, noRedirectInTunnels } from './arp.ts'
import { becomeIsSaid } from './become.ts'
import { fittingCheck } from './checks.ts'
import { ftp } from './ftp.ts'
import { gatewayIsAnother, namedGateways, oneGateway, privateCard } from './gateways.ts'
import { firewallMarks, marksPerVip } from './marks.ts'
import { hostNames, instanceNames } from './names.ts'
import { natWayBack, onALink } from './paths.ts'
import { granularities, onePacket, persistence } from './persistence.ts'
import { anyService, pools } from './pools.ts'
import { noNewPorts, onePlaceEach, portOrPorts } from './ports.ts'
import { scriptNames, scripts } from './programs.ts'
import { hysteresis, reachableQuorum } from './quorum.ts'
import { networkNames, realServerNames, vipNames } from './references.ts'
import { oneCardPerNetwork, priorities, sameNetworks, vipsAreServed } from './routers.ts'
import type { Rule } from './rule.ts'
import { schedulerFlags, webTogether, weights } from './services.ts'
import { cards, realServerShape } from './shape.ts'
import { sorryKeepsPort, sorryOnALink, sorryServer } from './sorry.ts'
import { noCircles, notOverVips, oneHostEach, ownMachine } from './ssh.ts'
import { edges, insideSubnets, overlaps } from './subnets.ts'
import { localIsHere } from './transport.ts'
import { addressTwice } from './twice.ts'
import {
  advertInterval,
  delayForNothing,
  nobodyElse,
  ownerPreempts,
  routerIds,
  syncSettings,
  vrrpCards,
  vrrpNetworks,
} from './vrrp.ts'
import { directWayOut } from './way-out.ts'

/** Names that must name something, and parts that must be there before anything follows from them. */
const references: readonly Rule[] = [
  networkNames,
  vrrpNetworks,
  vipNames,
  realServerNames,
  realServerShape,
  cards,
  portOrPorts,
  marksPerVip,
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
  namedGateways,
  gatewayIsAnother,
  privateCard,
  notOverVips,
  noCircles,
  oneHostEach,
  ownMachine,
  localIsHere,
  onePlaceEach,
  noNewPorts,
  firewallMarks,
  sorryServer,
  sorryKeepsPort,
  fittingCheck,
  advertInterval,
  routerIds,
  delayForNothing,
  ownerPreempts,
  scripts,
  scriptNames,
]

/** What is missing from a whole inventory without dangling names. */
const gaps: readonly Rule[] = [
  becomeIsSaid,
  sameNetworks,
  vipsAreServed,
  vrrpCards,
  nobodyElse,
  syncSettings,
  anyService,
  weights,
  schedulerFlags,
  webTogether,
  ftp,
  persistence,
  granularities,
  onePacket,
  hysteresis,
]

/** How packets get there and back, once the routers agree on where they are. */
const ways: readonly Rule[] = [
  onALink,
  sorryOnALink,
  natWayBack,
  pools,
  oneGateway,
  arpMethods,
  noRedirectInTunnels,
  directWayOut,
]

/** Each is judged only when the ones before found nothing wrong: what follows from a fault is no fault of its own. */
export const stages: readonly (readonly Rule[])[] = [references, gaps, ways, [reachableQuorum]]
