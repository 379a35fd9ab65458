import { thousands } from '../printable.ts'
import type { Path } from '../yaml.ts'

/** How much is too much, and of what. */
interface Excess {
  readonly path: Path
  readonly message: string
}

type Raw = Readonly<Record<string, unknown>>

const isMap = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const mapAt = (value: unknown, key: string): Raw => {
  const found = isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return isMap(found) ? found : {}
}

const lengthOf = (value: unknown, none: number): number => {
  if (Array.isArray(value)) return value.length
  if (isMap(value)) return Object.keys(value).length
  return value === undefined ? none : 1
}

/*
 * Several times what a keepalived of today carries well. The rules compare each with each, so a hostile file must not
 * choose how many there are.
 */
const most: Readonly<Record<string, number>> = {
  routers: 50,
  real_servers: 2000,
  networks: 200,
  vips: 1000,
  services: 1000,
}
const mostCards = 3000
// One for each family of each card, and of each network with its gateway.
const mostAddresses = 10_000
const mostPlaces = 2000
// A thousand real servers, all of them behind each of two hundred services.
const mostMembers = 200_000

const said = (n: number, limit: number, what: string): string =>
  `${thousands(n)} ${what} are more than lbprov takes (${thousands(limit)}); is this one cluster?`

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** What a file has far too much of, before anything else is asked of it. */
export const excessOf = (value: unknown): readonly Excess[] => {
  const services = Object.values(mapAt(value, 'services'))
  const servers = lengthOf(mapAt(value, 'real_servers'), 0)
  const cardsOf = ['routers', 'real_servers'].flatMap((kind) =>
    Object.values(mapAt(value, kind)).map((host) => Object.values(mapAt(host, 'interfaces'))),
  )
  const cards = cardsOf.map(({ length }) => length)
  const addresses = [...cardsOf.flat(), ...Object.values(mapAt(value, 'networks'))].map((each) =>
    isMap(each)
      ? sum([each.address, each.gateway, each.subnet].map((list) => lengthOf(list, 0)))
      : 0,
  )
  const vips = services.map((each) => (isMap(each) ? lengthOf(each.vip, 1) : 1))
  const places = services.map((each, n) =>
    isMap(each) ? lengthOf(each.ports, 1) * (vips[n] ?? 1) : 1,
  )
  const members = services.map((each, n) =>
    isMap(each) ? lengthOf(each.real_servers, servers) * (vips[n] ?? 1) : 0,
  )
  const sections = Object.entries(most).flatMap(([section, limit]): readonly Excess[] => {
    const n = lengthOf(mapAt(value, section), 0)
    return n > limit ? [{ path: [section], message: said(n, limit, 'of them') }] : []
  })
  const totals = [
    { path: [], n: sum(cards), limit: mostCards, what: 'interfaces' },
    { path: [], n: sum(addresses), limit: mostAddresses, what: 'addresses, subnets and gateways' },
    { path: ['services'], n: sum(places), limit: mostPlaces, what: 'ports of VIPs' },
    { path: ['services'], n: sum(members), limit: mostMembers, what: 'places in their pools' },
  ]
  return [
    ...sections,
    ...totals
      .filter(({ n, limit }) => n > limit)
      .map(({ path, n, limit, what }) => ({ path, message: said(n, limit, what) })),
  ]
}
