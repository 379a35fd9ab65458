import type { Router } from '../inventory/cluster.ts'
import type { Family } from '../inventory/network.ts'

/** The router's card on a network; undefined: it has none there. */
export const deviceOn = (router: Router, network: string): string | undefined =>
  router.interfaces.find((each) => each.network === network)?.device

/** The router's own address of a family on a network, never a VIP. */
export const addressOn = (router: Router, network: string, family: Family): string | undefined =>
  router.interfaces
    .find((each) => each.network === network)
    ?.addresses.find((each) => each.family === family)?.address
