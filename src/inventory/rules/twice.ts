import { familyOf } from '../address.ts'
import type { Path } from '../../yaml.ts'
import type { Wish } from '../schema.ts'
import { cardsIn, hostsIn, itemsAt, repeated, showCard } from './parts.ts'
import type { Rule } from './rule.ts'

interface Use {
  readonly address: string
  readonly path: Path
  readonly what: string
  readonly kind: 'card' | 'unmanaged' | 'vip' | 'gateway'
}

const usesOf = (wish: Wish): readonly Use[] => [
  ...cardsIn(wish).flatMap((part) =>
    itemsAt(part.card.address, [...part.path, 'address']).map(({ item, path }) => ({
      address: item,
      path,
      what: `the address of ${showCard(part)}`,
      kind: 'card' as const,
    })),
  ),
  ...hostsIn(wish).flatMap(({ name, host, path }) =>
    itemsAt('address' in host ? host.address : undefined, [...path, 'address']).map((use) => ({
      address: use.item,
      path: use.path,
      what: `the address of ${name}`,
      kind: 'unmanaged' as const,
    })),
  ),
  ...Object.entries(wish.networks).flatMap(([name, { gateway }]) =>
    itemsAt(gateway, ['networks', name, 'gateway'])
      .filter(({ item }) => familyOf(item) !== undefined)
      .map(({ item, path }) => ({
        address: item,
        path,
        what: `the gateway of network "${name}"`,
        kind: 'gateway' as const,
      })),
  ),
  ...Object.entries(wish.vips).map(([name, address]) => ({
    address,
    path: ['vips', name],
    what: `the VIP "${name}"`,
    kind: 'vip' as const,
  })),
]

const sentence = (first: Use, again: Use): string => {
  const is = `${again.address} is ${first.what} already`
  if (again.kind === 'vip' && first.kind === 'gateway')
    return `${is}; a gateway that is a VIP is written by its name: gateway: ${String(again.path[1])}`
  if (again.kind === 'vip' && first.kind !== 'vip')
    return `${is}; a VIP moves between the routers, so it must be nobody's static address`
  if (again.kind === 'gateway' && first.kind === 'card')
    return `${is}; a gateway here stands outside the cluster, or is the name of a VIP that survives a router`
  return `${is}; every address belongs to one`
}

/** An address belongs to one host, one VIP or one gateway. */
export const addressTwice: Rule = ({ wish }) =>
  repeated(usesOf(wish), ({ address }) => address).map(({ first, again }) => ({
    path: again.path,
    message: sentence(first, again),
  }))
