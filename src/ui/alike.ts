import { longestList } from '../printable.ts'

/** What is said of one host. */
export interface Said {
  readonly host: string
  readonly text: string
}

// IPv4, IPv6 and MAC addresses; the length of a prefix is no part of them.
const addresses =
  /(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(?![\w:])/gi

/** In the order of the first of each. */
export const groupBy = <Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): readonly (readonly Item[])[] => {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key) ?? []
    group.push(item)
    groups.set(key, group)
  }
  return [...groups.values()]
}

const withoutOwn = ({ host, text }: Said): string => {
  const name = new RegExp(`(?<![\\w.-])${host.replaceAll('.', '\\.')}(?![\\w-])`, 'g')
  const unnamed = text.includes(host) ? text.replace(name, '\0') : text
  return unnamed.replace(addresses, '\0')
}

/**
 * Hosts of which the same is said, but for names and addresses of their own, together; in the order of the first of each. Nobody reads a thousand of these; where a few texts say it all, only equal ones are.
 */
export const alike = <Item extends Said>(all: readonly Item[]): readonly (readonly Item[])[] => {
  if (all.length <= longestList) return all.map((item) => [item])
  const places = new Map(all.map((item, n) => [item, n]))
  const placeOf = ([first]: readonly Item[]): number =>
    first === undefined ? 0 : (places.get(first) ?? 0)
  return groupBy(all, withoutOwn)
    .flatMap((group) => {
      const texts = new Set(group.map(({ text }) => text))
      return texts.size > longestList ? [group] : groupBy(group, ({ text }) => text)
    })
    .sort((a, b) => placeOf(a) - placeOf(b))
}
