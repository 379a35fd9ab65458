import { familyOf, showFamily } from '../address.ts'
import { granularityFamily, maskOf } from '../schema/persistence.ts'
import { itemsAt, vipAddress } from './parts.ts'
import { each } from './services.ts'
import type { Complaint } from './rule.ts'

const ENGINE = 'persistence_engine'
const GRANULARITY = 'persistence_granularity'

/** What only means something to clients that stay with a real server. */
export const persistence = each((service): readonly Complaint[] => {
  const isKept = service.persistence_timeout !== undefined
  const idle = ([GRANULARITY, ENGINE] as const)
    .filter((key) => service[key] !== undefined && !isKept)
    .map((key) => ({
      path: [key],
      message: 'needs "persistence_timeout" beside it; without that no client stays anywhere',
    }))
  if (service.persistence_engine === undefined || service.protocol === 'udp') return idle
  const message = `sip reads Call-IDs out of datagrams, and this service is ${service.protocol}; write protocol: udp, or remove it`
  return [...idle, { path: [ENGINE], message }]
})

/** A granularity is for a family that the service has, and leaves more than one client. */
export const granularities = each((service, wish): readonly Complaint[] => {
  const families = service.vip.map((name) => familyOf(vipAddress(wish, name) ?? ''))
  return itemsAt(service.persistence_granularity, [GRANULARITY]).flatMap(({ item, path }) => {
    const family = granularityFamily(item)
    const bits = Number(item)
    if (!families.includes(family)) {
      const what = family === 4 ? "IPv4's netmask" : "IPv6's prefix length"
      const meant = family === 6 && bits <= 32 ? `; for IPv4 write ${maskOf(bits)}` : '; remove it'
      return [
        {
          path,
          message: `${item} is ${what}, and no VIP of this service is ${showFamily(family)}${meant}`,
        },
      ]
    }
    // With the sip engine that is the usual thing: the Call-ID alone decides.
    if (item !== '0.0.0.0' || service.persistence_engine !== undefined) return []
    return [
      {
        path,
        message:
          '0.0.0.0 makes all clients one, and sends them all to one real server; give a longer netmask',
      },
    ]
  })
})

/** A datagram that is balanced for itself stays with nobody, unless its call does (ipvsadm(8), -o and --pe). */
export const onePacket = each((service): readonly Complaint[] => {
  if (!service.ops) return []
  if (service.protocol !== 'udp')
    return [
      {
        path: ['ops'],
        message: `one-packet scheduling is for udp, and this service is ${service.protocol}; remove it`,
      },
    ]
  return service.persistence_timeout === undefined || service.persistence_engine !== undefined
    ? []
    : [
        {
          path: ['ops'],
          message:
            'balances every datagram for itself, and persistence_timeout keeps a client with one real server; remove one of the two',
        },
      ]
})
