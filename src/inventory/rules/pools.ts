import { familyOf, showFamily } from '../address.ts'
import type { Family } from '../network.ts'
import type { Wish } from '../schema.ts'
import type { Complaint, Rule } from './rule.ts'

// One that has an address and is in no pool is off the routers' links, which is said elsewhere.
const reachableOver = (wish: Wish, family: Family): ReadonlySet<string> =>
  new Set(
    Object.entries(wish.real_servers).flatMap(([name, { address = [], interfaces = {} }]) => {
      const cards = Object.values(interfaces).flatMap((card) => card.address ?? [])
      return [...address, ...cards].some((text) => familyOf(text) === family) ? [name] : []
    }),
  )

/** Every service has real servers of its VIP's family, and better two. */
export const pools: Rule = ({ wish, cluster }) => {
  const reachable = { 4: reachableOver(wish, 4), 6: reachableOver(wish, 6) }
  const everyone = Object.keys(wish.real_servers)
  return cluster.services.flatMap(({ name, virtualServers }) => {
    const own = wish.services[name]
    const path = ['services', name]
    const named = own?.real_servers?.map((member) => member.name) ?? everyone
    if (named.length === 0)
      return [{ path, message: 'has no real servers; add some under "real_servers"' }]
    const seen = new Set<number>()
    return virtualServers.flatMap(({ vip }): readonly Complaint[] => {
      if (seen.has(vip.family)) return []
      seen.add(vip.family)
      const index = own?.vip.indexOf(vip.name) ?? 0
      const at = [...path, 'vip', index]
      const able = reachable[vip.family]
      const first = named.findIndex((server) => able.has(server))
      if (first === -1)
        return [
          {
            path: at,
            message: `no real server of this service can be reached over ${showFamily(vip.family)}, the family of VIP "${vip.name}"; give them such addresses, or take the VIP out`,
          },
        ]
      return named.slice(first + 1).some((server) => able.has(server))
        ? []
        : [
            {
              path: at,
              message: `${String(named[first])} is the only real server behind VIP "${vip.name}": a single point of failure; add a second`,
              warning: true,
            },
          ]
    })
  })
}

/** A cluster that balances something. */
export const anyService: Rule = ({ wish }) =>
  Object.keys(wish.services).length > 0
    ? []
    : [
        {
          path: ['services'],
          message: 'no services: the routers carry VIPs and balance nothing',
          warning: true,
        },
      ]
