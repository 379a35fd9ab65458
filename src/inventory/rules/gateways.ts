import { familyOf, isWithin, showFamily, showSubnet } from '../address.ts'
import type { ManagedHost } from '../cluster.ts'
import type { Family } from '../network.ts'
import type { Path } from '../../yaml.ts'
import type { Wish } from '../schema.ts'
import { itemsAt, liveCards, repeated, showCard, vipAddress, vipAt } from './parts.ts'
import type { Complaint, Rule } from './rule.ts'

const familyOfGateway = (wish: Wish, text: string): Family | undefined =>
  familyOf(text) ?? familyOf(vipAddress(wish, text) ?? '')

interface Named {
  readonly item: string
  readonly path: Path
}

/** VIPs that are named as gateways lie in the network, and stand beside no other gateway of their family. */
const named = (wish: Wish, network: string, items: readonly Named[]): readonly Complaint[] => {
  const subnets = Object.hasOwn(wish.networks, network) ? wish.networks[network]?.subnet : undefined
  const strangers = items.flatMap(({ item, path }) => {
    const address = familyOf(item) === undefined ? vipAddress(wish, item) : undefined
    if (address === undefined || subnets === undefined) return []
    if (subnets.some((each) => isWithin(address, each))) return []
    const message = `the VIP "${item}" (${address}) is not in network "${network}" (${subnets.map(showSubnet).join(', ')}); real servers could not reach it as their gateway`
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
}

/** A network's or a real server's card's gateways: VIPs of that network, and one of each family. */
export const namedGateways: Rule = ({ wish }) => [
  ...Object.entries(wish.networks).flatMap(([name, { gateway }]) =>
    named(wish, name, itemsAt(gateway, ['networks', name, 'gateway'])),
  ),
  ...liveCards(wish)
    .filter(({ owner }) => owner.kind === 'real_servers')
    .flatMap(({ card, path }) =>
      named(wish, card.network ?? '', itemsAt(card.gateway, [...path, 'gateway'])),
    ),
]

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
        const vip = Object.hasOwn(wish.vips, item) ? item : vipAt(wish, item)
        if (part.owner.kind === 'routers' && vip !== undefined) {
          const what = item === vip ? `"${vip}" is a VIP` : `${item} is the VIP "${vip}"`
          const message = `${what}, which this router carries itself when it is active; name a gateway outside the cluster`
          return [{ path, message }]
        }
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
