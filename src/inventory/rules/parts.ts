import type { Address, Family } from '../network.ts'
import type { Path } from '../../yaml.ts'
import { onceEach } from '../../once-each.ts'
import type { Wish } from '../schema.ts'

type HostWish = Wish['routers'][string] | Wish['real_servers'][string]

/** A host as it was written, managed or not. */
interface HostPart {
  readonly kind: 'routers' | 'real_servers'
  readonly name: string
  readonly host: HostWish
  readonly path: Path
}

/** One card of a host as it was written. */
interface CardPart {
  readonly owner: HostPart
  readonly device: string
  readonly card: Wish['routers'][string]['interfaces'][string]
  readonly path: Path
}

/** Every host: routers, then real servers. */
export const hostsIn = (wish: Wish): readonly HostPart[] =>
  (['routers', 'real_servers'] as const).flatMap((kind) =>
    Object.entries<HostWish>(wish[kind]).map(([name, host]) => ({
      kind,
      name,
      host,
      path: [kind, name],
    })),
  )

/** Every card of every managed host. */
export const cardsIn = (wish: Wish): readonly CardPart[] =>
  hostsIn(wish).flatMap((owner) =>
    Object.entries(owner.host.interfaces ?? {}).map(([device, card]) => ({
      owner,
      device,
      card,
      path: [...owner.path, 'interfaces', device],
    })),
  )

/** The cards that come up. */
export const liveCards = (wish: Wish): readonly CardPart[] =>
  cardsIn(wish).filter(({ card }) => card.enabled !== false)

/** A list's items with their paths; where one value was written the path is trimmed to it. */
export const itemsAt = <Item>(
  list: readonly Item[] | undefined,
  path: Path,
): readonly { readonly item: Item; readonly path: Path }[] =>
  (list ?? []).map((item, index) => ({ item, path: [...path, index] }))

/** The subnet of a family, when a network of that name has one. */
export const subnetOf = (
  wish: Wish,
  network: string | undefined,
  family: Family | undefined,
): Address | undefined => {
  if (network === undefined || !Object.hasOwn(wish.networks, network)) return undefined
  return wish.networks[network]?.subnet.find((subnet) => subnet.family === family)
}

/** A VIP's address by name. */
export const vipAddress = (wish: Wish, name: string): string | undefined =>
  Object.hasOwn(wish.vips, name) ? wish.vips[name] : undefined

// Of two with one address (a fault of its own) the first.
const vipsByAddress = onceEach(
  ({ vips }: Wish): ReadonlyMap<string, string> =>
    new Map(
      Object.entries(vips)
        .reverse()
        .map(([name, address]) => [address, name]),
    ),
)

/** The name of the VIP that has an address. */
export const vipAt = (wish: Wish, address: string): string | undefined =>
  vipsByAddress(wish).get(address)

/** `lb1's eth0`. */
export const showCard = ({ owner, device }: CardPart): string => `${owner.name}'s ${device}`

/** What two items or more have in common, each later one with the first. */
export const repeated = <Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): readonly { readonly first: Item; readonly again: Item }[] => {
  const first = new Map<string, Item>()
  return items.flatMap((again) => {
    const earlier = first.get(keyOf(again))
    if (earlier === undefined) {
      first.set(keyOf(again), again)
      return []
    }
    return [{ first: earlier, again }]
  })
}
