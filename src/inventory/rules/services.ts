import { familyOf, showFamily } from '../address.ts'
import { portsOf } from '../derive/services.ts'
import type { Wish } from '../schema.ts'
import { itemsAt, repeated, vipAddress, vipAt } from './parts.ts'
import type { Complaint, Rule } from './rule.ts'

type ServiceWish = Wish['services'][string]

const each =
  (judge: (name: string, service: ServiceWish, wish: Wish) => readonly Complaint[]): Rule =>
  ({ wish }) =>
    Object.entries(wish.services).flatMap(([name, service]) => judge(name, service, wish))

/** One port or several, not both and not none. */
export const portOrPorts = each((name, { port, ports }) => {
  const path = ['services', name]
  if (port !== undefined && ports !== undefined)
    return [{ path: [...path, 'port'], message: 'has "port" and "ports"; keep one of them' }]
  if (port === undefined && ports === undefined)
    return [{ path, message: 'needs "port", or "ports" for several that belong together' }]
  return repeated(itemsAt(ports, [...path, 'ports']), ({ item }) => String(item)).map(
    ({ again }) => ({ path: again.path, message: `port ${String(again.item)} is listed twice` }),
  )
})

/** Two services are not at one place. */
export const onePlaceEach: Rule = ({ wish }) => {
  const places = Object.entries(wish.services).flatMap(([name, service]) =>
    [...new Set(service.vip)].flatMap((vip) =>
      [...new Set(portsOf(service))].map((port) => ({
        name,
        place: `${vip}, ${service.protocol} port ${String(port)}`,
        path: ['services', name, service.ports === undefined ? 'port' : 'ports'],
      })),
    ),
  )
  return repeated(places, ({ place }) => place).map(({ first, again }) => ({
    path: again.path,
    message: `"${first.name}" is at VIP ${again.place} already; one of the two would get no connections`,
  }))
}

/** Direct routing and tunnelling deliver the packet as it came: the port too. */
export const noNewPorts = each((name, service, wish) => {
  const forwarding = service.forwarding ?? wish.forwarding
  const ports = portsOf(service)
  const path = ['services', name]
  return (service.real_servers ?? []).flatMap((member): readonly Complaint[] => {
    const { port } = member
    if (port === undefined) return []
    const at = [...path, 'real_servers', ...member.at, 'port']
    if (ports.length > 1)
      return [
        {
          path: at,
          message:
            'a service with several ports keeps each of them; make services of one port to rewrite',
        },
      ]
    if (forwarding === 'nat' || ports.length === 0 || port === ports[0]) return []
    return [
      {
        path: at,
        message: `${forwarding} forwarding delivers the packet as it came and cannot turn port ${String(ports[0])} into ${String(port)}; let ${member.name} listen on ${String(ports[0])}, or use forwarding: nat`,
      },
    ]
  })
})

/** The sorry server can be reached as the service is. */
export const sorryServer = each((name, service, wish) => {
  const sorry = service.sorry_server
  if (sorry === undefined) return []
  const path = ['services', name, 'sorry_server']
  const forwarding = service.forwarding ?? wish.forwarding
  const vip = vipAt(wish, sorry.address)
  const families = service.vip.map((each) => familyOf(vipAddress(wish, each) ?? ''))
  const family = familyOf(sorry.address) ?? 4
  const ports = portsOf(service)
  return [
    ...(vip === undefined
      ? []
      : [
          {
            path: [...path, 'address'],
            message: `${sorry.address} is the VIP "${vip}"; connections would come back to the routers, so name another machine`,
          },
        ]),
    ...(families.every((found) => found !== undefined && found !== family)
      ? [
          {
            path: [...path, 'address'],
            message: `${sorry.address} is ${showFamily(family)} and no VIP of this service is; IPVS cannot cross families`,
          },
        ]
      : []),
    ...(sorry.port !== undefined &&
    forwarding !== 'nat' &&
    ports.length > 0 &&
    !ports.includes(sorry.port)
      ? [
          {
            path: [...path, 'port'],
            message: `${forwarding} forwarding cannot turn port ${ports.join(' or ')} into ${String(sorry.port)}; let the sorry server listen on the service's port`,
          },
        ]
      : []),
  ]
})

/** A check that can say something about the service. */
export const fittingCheck = each((name, { protocol, check }) => {
  const path = ['services', name]
  if (check === undefined)
    return protocol === 'tcp'
      ? []
      : [
          {
            path,
            message:
              'a udp service without "check": a dead real server stays in the pool; add one, or say check: none',
            warning: true,
          },
        ]
  if (check === 'none' || protocol === 'tcp') return []
  return (['http', 'https'] as const)
    .filter((kind) => check[kind] !== undefined)
    .map((kind) => ({
      path: [...path, 'check', kind],
      message: `${kind} is spoken over tcp, and this service is udp; check it with dns, with tcp if it listens there too, or with none`,
    }))
})

/** Weights that somebody reads. */
export const weights: Rule = ({ cluster }) =>
  cluster.services.flatMap(({ name, scheduler, virtualServers }): readonly Complaint[] => {
    const path = ['services', name]
    const all = virtualServers.flatMap(({ pool }) => pool.map(({ weight }) => weight))
    const living = new Set(all.filter((weight) => weight > 0))
    if (all.length > 0 && living.size === 0)
      return [{ path, message: 'every real server has weight 0: nothing is served', warning: true }]
    if (living.size < 2 || (scheduler !== 'rr' && scheduler !== 'lc')) return []
    const message = `${scheduler} ignores weights, and they differ here; w${scheduler} heeds them`
    return [{ path: [...path, 'scheduler'], message, warning: true }]
  })
