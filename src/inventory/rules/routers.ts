import { familyOf, showFamily, showSubnet } from '../address.ts'
import { liveCards, repeated } from './parts.ts'
import type { Complaint, Rule } from './rule.ts'

/** Priorities decide who is active, so no two are alike. */
export const priorities: Rule = ({ wish }) => {
  const all = Object.entries(wish.routers).map(([name, { priority }]) => ({
    name,
    priority,
    path: ['routers', name, 'priority'],
  }))
  const owner = all
    .filter(({ priority }) => priority === 255)
    .map(({ path }) => ({
      path,
      message:
        '255 is for the router that owns the VIP as its static address; none does here, so take at most 254',
      warning: true,
    }))
  return [
    ...repeated(all, ({ priority }) => String(priority)).map(({ first, again }) => ({
      path: again.path,
      message: `${again.name} and ${first.name} both have priority ${String(again.priority)}; two equals may both become active, so make one lower`,
    })),
    ...owner,
  ]
}

/** A network is served once by each router. */
export const oneCardPerNetwork: Rule = ({ wish }) => {
  const cards = liveCards(wish).filter(
    ({ owner, card }) => owner.kind === 'routers' && card.network !== undefined,
  )
  return repeated(cards, ({ owner, card }) => `${owner.name}/${String(card.network)}`).map(
    ({ first, again }) => ({
      path: [...again.path, 'network'],
      message: `${again.owner.name} is on network "${String(again.card.network)}" with ${first.device} already; which of the two carries its VIPs would be a guess`,
    }),
  )
}

/** There are routers, and the second serves what the first does. */
export const sameNetworks: Rule = ({ wish, cluster }) => {
  const [first, ...others] = cluster.routers
  if (first === undefined)
    return [{ path: ['routers'], message: 'needs at least one router; VRRP wants two' }]
  if (others.length === 0)
    return [
      {
        path: ['routers', first.name],
        message: `${first.name} is the only router: a single point of failure; add a second`,
        warning: true,
      },
    ]
  const served = (name: string): readonly string[] =>
    liveCards(wish)
      .filter(({ owner }) => owner.kind === 'routers' && owner.name === name)
      .flatMap(({ card }) => (card.network === undefined ? [] : [card.network]))
  const wanted = served(first.name)
  return others.flatMap(({ name }): readonly Complaint[] => {
    const own = served(name)
    const path = ['routers', name, 'interfaces']
    const missing = wanted.filter((network) => !own.includes(network))
    const extra = own.filter((network) => !wanted.includes(network))
    return [
      ...missing.map((network) => ({
        path,
        message: `${name} has no card on network "${network}" and ${first.name} has; after a failover ${name} could not take over there`,
      })),
      ...extra.map((network) => ({
        path,
        message: `${name} has a card on network "${network}" and ${first.name} has none; routers that take over for each other serve the same networks`,
      })),
    ]
  })
}

/** Every VIP lies in a network, and every router has a card and an address of its family there. */
export const vipsAreServed: Rule = ({ wish, cluster }) =>
  Object.entries(wish.vips).flatMap(([name, address]): readonly Complaint[] => {
    const path = ['vips', name]
    const vip = cluster.vips.find((candidate) => candidate.name === name)
    if (vip === undefined) {
      const subnets = Object.values(wish.networks).flatMap(({ subnet }) => subnet.map(showSubnet))
      const message = `${address} lies in no network's subnet, so no card can carry it (subnets: ${subnets.join(', ') || 'none'})`
      return [{ path, message }]
    }
    const there = cluster.routers.map((router) => ({
      name: router.name,
      cards: router.interfaces.filter(({ network, enabled }) => enabled && network === vip.network),
    }))
    // A router that alone has no card there has had its sentence from sameNetworks.
    const bare = there.filter(
      ({ cards }) =>
        (cards.length > 0 || there.every((other) => other.cards.length === 0)) &&
        !cards.some(({ addresses }) => addresses.some(({ family }) => family === vip.family)),
    )
    if (bare.length === 0) return []
    if (bare.every(({ cards }) => cards.length === 0)) {
      const message = `no router has a card on network "${vip.network}", so none could carry this VIP`
      return [{ path, message }]
    }
    const who = bare.map((router) => router.name).join(' and ')
    const family = showFamily(familyOf(address) ?? 4)
    return [
      {
        path,
        message: `network "${vip.network}" of this VIP has no card with an ${family} address on ${who}; VRRP speaks from such an address`,
      },
    ]
  })
