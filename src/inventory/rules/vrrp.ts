import { itemsAt } from './parts.ts'
import type { Rule } from './rule.ts'

/** VRRP version 3 counts centiseconds in 12 bits. */
const LONGEST_V3 = 40

/** An interval that fits into an IPv6 advert. */
export const advertInterval: Rule = ({ wish, cluster }) =>
  wish.vrrp.advert_int > LONGEST_V3 && cluster.vrrp.instances.some(({ family }) => family === 6)
    ? [
        {
          path: ['vrrp', 'advert_int'],
          message: `${String(wish.vrrp.advert_int)} seconds do not fit into VRRP version 3, which IPv6 VIPs use; at most ${String(LONGEST_V3)}`,
        },
      ]
    : []

/** Ids are one for the network, or one for each subnet. */
export const routerIds: Rule = ({ wish }) =>
  Object.entries(wish.networks).flatMap(([name, { virtual_router_id: ids, subnet }]) =>
    itemsAt(ids, ['networks', name, 'virtual_router_id'])
      .slice(subnet.length)
      .map(({ item, path }) => ({
        path,
        message: `${String(item)} is for no subnet: the list has one id for each, in the order of "subnet"`,
      })),
  )
