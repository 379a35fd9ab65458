import { familyOf, isWithin, showFamily, showSubnet } from '../address.ts'
import type { Family, ManagedHost } from '../cluster.ts'
import type { Wish } from '../schema.ts'
import { itemsAt, liveCards, repeated, showCard, vipAddress, vipAt } from './parts.ts'
import type { Complaint, Rule } from './rule.ts'

const familyOfGateway = (wish: Wish, text: string): Family | undefined =>
  familyOf(text) ?? familyOf(vipAddress(wish, text) ?? '')

/** A network's gateways: VIPs of its own, and one of each family. */
export const networkGateways: Rule = ({ wish }) =>
  Object.entries(wish.networks).flatMap(([name, { gateway, subnet }]): readonly Complaint[] => {
    const items = itemsAt(gateway, ['networks', name, 'gateway'])
    const strangers = items.flatMap(({ item, path }) => {
      const address = familyOf(item) === undefined ? vipAddress(wish, item) : undefined
      if (address === undefined || subnet.some((each) => isWithin(address, each))) return []
      const message = `the VIP "${item}" (${address}) is not in network "${name}" (${subnet.map(showSubnet).join(', ')}); real servers could not reach it as their gateway`
      return [{ path, message }]
    })
    const known = items.filter(({ item }) => familyOfGateway(wish, item) !== undefined)
    const mixed = known.some(({ item }) => familyOf(item) === undefined)
    const twice = mixed
      ? repeated(known, ({ item }) => String(familyOfGateway(wish, item))).map(
          ({ first, again }) => ({
            path: again.path,
            message: `"${again.item}" and "${first.item}" are gateways of one family; a host has one default gateway per family`,
          }),
        )
      : []
    return [...strangers, ...twice]
  })

/** A card's own gateway is another machine. */
export const gatewayIsAnother: Rule = ({ wish }) => {
  const owners = new Map(
    liveCards(wish).flatMap((part) =>
      (part.card.address ?? []).map((address) => [address, part] as const),
    ),
  )
  return liveCards(wish).flatMap((part) =>
    itemsAt(part.card.gateway, [...part.path, 'gateway']).flatMap(
      ({ item, path }): readonly Complaint[] => {
        const vip = vipAt(wish, item)
        if (part.owner.kind === 'routers' && vip !== undefined)
          return [
            {
              path,
              message: `${item} is the VIP "${vip}", which this router carries itself when it is active; name a gateway outside the cluster`,
            },
          ]
        const owner = owners.get(item)
        if (owner === undefined) return []
        if (owner.owner.name === part.owner.name)
          return [
            { path, message: `${item} is ${showCard(owner)} itself; name the machine that routes` },
          ]
        if (owner.owner.kind === 'routers')
          return [
            {
              path,
              message: `${item} is ${owner.owner.name}'s static address; when ${owner.owner.name} fails this gateway fails too, so name a VIP's address`,
            },
          ]
        return [
          {
            path,
            message: `${item} is ${showCard(owner)}, a real server and no router; correct the gateway`,
          },
        ]
      },
    ),
  )
}

const waysOut = (host: ManagedHost, family: Family) =>
  host.interfaces.flatMap(({ device, network, gateways }) =>
    gateways
      .filter((text) => familyOf(text) === family)
      .map((gateway) => ({ device, network, gateway })),
  )

/** A host has one default gateway per family. */
export const oneGateway: Rule = ({ wish, cluster }) =>
  [...cluster.routers, ...cluster.realServers].flatMap((host) =>
    ([4, 6] as const).flatMap((family): readonly Complaint[] => {
      const kind = host.role === 'router' ? 'routers' : 'real_servers'
      const [first, second] = waysOut(host, family)
      if (first === undefined || second === undefined) return []
      const own = wish[kind][host.name]?.interfaces
      const given = [second, first].find(({ device }) => own?.[device]?.gateway !== undefined)
      if (host.role === 'router' && given === undefined) {
        // One card too many, or a VIP written as an address: each has had its own sentence.
        if (first.network === second.network || vipAt(wish, second.gateway) !== undefined) return []
        const path = ['networks', second.network ?? '', 'gateway']
        const message = `with ${first.gateway} of network "${first.network ?? ''}" this would be the routers' second ${showFamily(family)} default gateway; only the network that leads out has one`
        return [{ path, message }]
      }
      const path = [kind, host.name, 'interfaces', (given ?? second).device, 'gateway']
      const message = `${host.name} has two ${showFamily(family)} default gateways, ${first.gateway} on ${first.device} and ${second.gateway} on ${second.device}; write gateway: none on one of the cards`
      return [{ path, message }]
    }),
  )

/** The guide's warning: no GATEWAY on the card behind which the real servers are. */
export const privateCard: Rule = ({ wish }) =>
  liveCards(wish).flatMap((part) => {
    const { owner, card, path } = part
    if (owner.kind !== 'routers' || card.network === undefined) return []
    const network = Object.hasOwn(wish.networks, card.network)
      ? wish.networks[card.network]
      : undefined
    const inward = (network?.gateway ?? []).find((text) => familyOf(text) === undefined)
    const cards = liveCards(wish).filter((other) => other.owner.name === owner.name)
    // With one card only (one-armed NAT) the way out has no other card to be on.
    if (inward === undefined || cards.length < 2) return []
    return itemsAt(card.gateway, [...path, 'gateway']).map(({ item, path: at }) => ({
      path: at,
      message: `${item} would lead ${owner.name} out through its private card: network "${String(card.network)}" is the one whose real servers answer through the VIP "${inward}"; remove it, the way out is on the public card`,
    }))
  })
