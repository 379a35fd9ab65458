import { familyOf } from '../address.ts'
import type {
  Check,
  Network,
  PoolMember,
  RealServer,
  Router,
  Service,
  Vip,
  VirtualServer,
} from '../cluster.ts'
import type { Wish } from '../schema.ts'
import type { Member } from '../schema/service.ts'
import { numberFrom } from './hash.ts'
import { foreignAddress, sharedNetworks, spotOf } from './pool.ts'

type ServiceWish = Wish['services'][string]

/** What services stand on. */
interface Ground {
  readonly networks: readonly Network[]
  readonly vips: readonly Vip[]
  readonly routers: readonly Router[]
  readonly realServers: readonly RealServer[]
}

// Firewall marks have six digits: far from the small numbers that people give by hand.
const FIRST_MARK = 100_000
const MARKS = 900_000

/** The ports of a service, whichever way they were written. */
export const portsOf = (service: ServiceWish): readonly number[] =>
  service.ports ?? (service.port === undefined ? [] : [service.port])

/** The real servers of a service as they were named, or all. */
export const membersOf = (wish: Wish, service: ServiceWish): readonly Member[] =>
  service.real_servers ?? Object.keys(wish.real_servers).map((name) => ({ name, at: [] }))

// A mark for each service and VIP with several ports, in the order of names, so that order in the file changes none.
const marksOf = (wish: Wish): ReadonlyMap<string, number> => {
  const marks = new Map<string, number>()
  const wanted = Object.entries(wish.services)
    .filter(([, service]) => portsOf(service).length > 1)
    .flatMap(([name, { vip }]) => [...new Set(vip)].map((each) => `${name}/${each}`))
  for (const key of wanted.sort()) {
    const taken = new Set(marks.values())
    let step = numberFrom([wish.cluster, key], MARKS)
    while (taken.has(FIRST_MARK + step)) step = (step + 1) % MARKS
    marks.set(key, FIRST_MARK + step)
  }
  return marks
}

const usual = { tcp: 0, http: 80, https: 443, dns: 53 } as const

// A mark has no port to check; of several the one where such a check is at home, else the first.
const usualPort = (kind: keyof typeof usual, ports: readonly number[]): number | undefined =>
  ports.includes(usual[kind]) ? usual[kind] : ports[0]

const checkOf = (service: ServiceWish, marked: boolean): Check | undefined => {
  const { check = service.protocol === 'tcp' ? { tcp: {} } : 'none' } = service
  if (check === 'none') return undefined
  const [kind, found] = (['tcp', 'http', 'https', 'dns'] as const)
    .map((each) => [each, check[each]] as const)
    .find(([, given]) => given !== undefined) ?? ['tcp', {}]
  const port = found?.port ?? (marked ? usualPort(kind, portsOf(service)) : undefined)
  const common = { port, connectTimeout: found?.connect_timeout }
  if (kind === 'tcp') return { kind, ...common }
  if (kind === 'dns') return { kind, ...common, name: check.dns?.name ?? '' }
  const page = check[kind]
  return { kind, ...common, path: page?.path ?? '/', status: page?.status }
}

const poolOf = (
  wish: Wish,
  service: ServiceWish,
  vip: Vip,
  ground: Ground,
): readonly PoolMember[] => {
  const forwarding = service.forwarding ?? wish.forwarding
  const shared = sharedNetworks(ground.routers)
  const ports = portsOf(service)
  return membersOf(wish, service).flatMap((member) => {
    const { name } = member
    const server = ground.realServers.find((candidate) => candidate.name === name)
    const own = Object.hasOwn(wish.real_servers, name) ? wish.real_servers[name] : undefined
    const address =
      server === undefined
        ? foreignAddress(own, vip.family)
        : spotOf(server, vip, forwarding, ground.networks, shared)?.address
    if (address === undefined) return []
    const port = member.port ?? (ports.length > 1 ? 0 : ports[0])
    const weight = member.weight ?? own?.weight ?? 1
    return [{ name, address, port: port ?? 0, weight }]
  })
}

/** The services in the inventory's order, each with a virtual server for each of its VIPs. */
export const servicesOf = (wish: Wish, ground: Ground): readonly Service[] => {
  const marks = marksOf(wish)
  return Object.entries(wish.services).map(([name, service]) => {
    const ports = portsOf(service)
    const sorry = service.sorry_server
    const virtualServers = service.vip.flatMap((vipName): readonly VirtualServer[] => {
      const vip = ground.vips.find((candidate) => candidate.name === vipName)
      if (vip === undefined) return []
      const firewallMark = marks.get(`${name}/${vipName}`)
      const sorryServer =
        sorry !== undefined && familyOf(sorry.address) === vip.family
          ? { address: sorry.address, port: sorry.port ?? ports[0] ?? 0 }
          : undefined
      return [
        {
          vip,
          port: firewallMark === undefined ? ports[0] : undefined,
          firewallMark,
          pool: poolOf(wish, service, vip, ground),
          sorryServer,
        },
      ]
    })
    return {
      name,
      protocol: service.protocol,
      ports,
      forwarding: service.forwarding ?? wish.forwarding,
      scheduler: service.scheduler,
      delayLoop: service.delay_loop,
      persistenceTimeout: service.persistence_timeout,
      check: checkOf(service, ports.length > 1),
      virtualServers,
    }
  })
}
