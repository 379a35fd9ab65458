import { edgesOf, familyOf, isWithin, showFamily, showSubnet } from '../address.ts'
import type { Address } from '../network.ts'
import type { Path } from '../../yaml.ts'
import type { Wish } from '../schema.ts'
import { itemsAt, liveCards, subnetOf } from './parts.ts'
import type { Complaint, Rule } from './rule.ts'

/** No two networks overlap: an address must say where it is. */
export const overlaps: Rule = ({ wish }) => {
  const all = Object.entries(wish.networks).flatMap(([name, { subnet }]) =>
    itemsAt(subnet, ['networks', name, 'subnet']).map(({ item, path }) => ({ name, item, path })),
  )
  return all.flatMap(({ item, path }, index) => {
    const other = all
      .slice(0, index)
      .find((each) => isWithin(item.address, each.item) || isWithin(each.item.address, item))
    if (other === undefined) return []
    const message = `${showSubnet(item)} overlaps ${showSubnet(other.item)} of network "${other.name}"; routes and VIPs could not tell them apart`
    return [{ path, message }]
  })
}

/** What is wrong with an address as a host's own within a subnet. */
const edgeFault = (address: string, subnet: Address): string | undefined => {
  const { first, last } = edgesOf(subnet)
  // Two addresses and less have neither edge (RFC 3021, RFC 6164).
  if (subnet.prefix >= (subnet.family === 4 ? 31 : 127)) return undefined
  if (address === first && subnet.family === 4)
    return `${address} is the network address of ${showSubnet(subnet)}; no host can have it`
  if (address === first)
    return `${address} is the subnet-router anycast address of ${showSubnet(subnet)}; take another`
  if (address === last && subnet.family === 4)
    return `${address} is the broadcast address of ${showSubnet(subnet)}; no host can have it`
  return undefined
}

const within = (
  wish: Wish,
  network: string,
  address: string,
  path: Path,
  instead: string,
): readonly Complaint[] => {
  if (!Object.hasOwn(wish.networks, network)) return []
  const family = familyOf(address)
  const subnet = subnetOf(wish, network, family)
  if (subnet === undefined && family !== undefined) {
    const message = `${address} is ${showFamily(family)}, and network "${network}" has no ${showFamily(family)} subnet; add one, or take the address out`
    return [{ path, message }]
  }
  if (subnet === undefined) return []
  const fault = isWithin(address, subnet)
    ? edgeFault(address, subnet)
    : `${address} is outside ${showSubnet(subnet)}, the subnet of network "${network}"; ${instead}`
  return fault === undefined ? [] : [{ path, message: fault }]
}

/** Every card's address and gateway, and every network's gateway, lies in its subnet. */
export const insideSubnets: Rule = ({ wish }) => [
  ...liveCards(wish).flatMap(({ card, path }) =>
    itemsAt(card.address, [...path, 'address']).flatMap(({ item, path: at }) =>
      within(wish, card.network ?? '', item, at, 'correct the address or the network'),
    ),
  ),
  ...liveCards(wish).flatMap(({ card, path }) =>
    itemsAt(card.gateway, [...path, 'gateway']).flatMap(({ item, path: at }) =>
      within(wish, card.network ?? '', item, at, 'a gateway must be on the link to be reached'),
    ),
  ),
  ...Object.entries(wish.networks).flatMap(([name, { gateway }]) =>
    itemsAt(gateway, ['networks', name, 'gateway'])
      .filter(({ item }) => familyOf(item) !== undefined)
      .flatMap(({ item, path }) =>
        within(wish, name, item, path, 'a gateway must be on the link to be reached'),
      ),
  ),
]

/** A VIP or a real server outside lbprov is no network's first or last address. */
export const edges: Rule = ({ wish }) => {
  const subnets = Object.values(wish.networks).flatMap(({ subnet }) => subnet)
  const vips = Object.entries(wish.vips).map(([name, item]) => ({ item, path: ['vips', name] }))
  const foreign = Object.entries(wish.real_servers).flatMap(([name, { address }]) =>
    itemsAt(address, ['real_servers', name, 'address']),
  )
  return [...vips, ...foreign].flatMap(({ item, path }) => {
    const home = subnets.find((subnet) => isWithin(item, subnet))
    const message = home === undefined ? undefined : edgeFault(item, home)
    return message === undefined ? [] : [{ path, message }]
  })
}
