import { forwardingOf } from '../derive/pool.ts'
import { isMarked, onlyPort, overlapOf, portsOf, showPorts } from '../derive/ports.ts'
import type { PortRange } from '../service.ts'
import type { Path } from '../../yaml.ts'
import type { Wish } from '../schema.ts'
import { each } from './services.ts'
import type { Complaint, Rule } from './rule.ts'

type ServiceWish = Wish['services'][string]

interface PortPart {
  readonly range: PortRange
  readonly path: Path
}

/** Every port with its place, from the service on; FTP's own port stands for nothing that was written. */
const portParts = (service: ServiceWish): readonly PortPart[] => {
  const { port, ports, ftp } = service
  const passive = ftp?.passive_ports
  return portsOf(service).map((range, index) => {
    if (range === passive) return { range, path: ['ftp', 'passive_ports'] }
    if (ports !== undefined) return { range, path: ['ports', index] }
    return { range, path: [port === undefined ? 'ftp' : 'port'] }
  })
}

const called = (range: PortRange): string =>
  `port${range.first === range.last ? '' : 's'} ${showPorts(range)}`

/** Each item that meets an earlier one, with the first that it meets. */
const meetings = <Item, Both>(
  items: readonly Item[],
  meet: (earlier: Item, later: Item) => Both | undefined,
): readonly (readonly [earlier: Item, later: Item, both: Both])[] =>
  items.flatMap((later, index) => {
    for (let n = 0; n < index; n += 1) {
      const earlier = items[n]
      const both = earlier === undefined ? undefined : meet(earlier, later)
      if (earlier !== undefined && both !== undefined) return [[earlier, later, both] as const]
    }
    return []
  })

/** One port or several, not both and not none; none of them twice. */
export const portOrPorts = each((service): readonly Complaint[] => {
  const { port, ports, ftp } = service
  if (port !== undefined && ports !== undefined)
    return [{ path: ['port'], message: 'has "port" and "ports"; keep one of them' }]
  if (port === undefined && ports === undefined && ftp === undefined)
    return [{ path: [], message: 'needs "port", or "ports" for several that belong together' }]
  const parts = portParts(service)
  const overlaps = meetings(parts, (earlier, later) => overlapOf(earlier.range, later.range))
  return overlaps.map(([earlier, later, both]) => {
    const [one, other] = [showPorts(earlier.range), showPorts(later.range)]
    const message =
      one === other
        ? `${both.first === both.last ? 'port' : 'range'} ${one} is listed twice`
        : `${other} and ${one} overlap in ${called(both)}; list each port once`
    return { path: later.path, message }
  })
})

/** Two services are not at one place. */
export const onePlaceEach: Rule = ({ wish }) => {
  const places = Object.entries(wish.services).flatMap(([name, service]) =>
    [...new Set(service.vip)].flatMap((vip) =>
      portParts(service).map(({ range, path }) => ({
        name,
        place: `${vip}, ${service.protocol}`,
        range,
        path: ['services', name, ...path],
      })),
    ),
  )
  const groups = new Map<string, (typeof places)[number][]>()
  for (const each of places) {
    const group = groups.get(each.place) ?? []
    group.push(each)
    groups.set(each.place, group)
  }
  const shared = [...groups.values()].flatMap((group) =>
    meetings(group, (first, again) =>
      first.name === again.name ? undefined : overlapOf(first.range, again.range),
    ),
  )
  return shared.map(([first, again, both]) => {
    const message = `"${first.name}" is at VIP ${again.place} ${called(both)} already; one of the two would get no connections`
    return { path: again.path, message }
  })
}

/** Direct routing and tunnelling deliver the packet as it came: the port too. A mark has no port to turn. */
export const noNewPorts = each((service, wish) =>
  (service.real_servers ?? []).flatMap((member): readonly Complaint[] => {
    const { port, name, at } = member
    if (port === undefined) return []
    const path = ['real_servers', ...at, 'port']
    const only = onlyPort(service)
    if (isMarked(service)) {
      const message =
        only === undefined
          ? 'a service with several ports keeps each of them; make services of one port to rewrite'
          : 'a service with a firewall mark keeps its port; remove firewall_mark to rewrite'
      return [{ path, message }]
    }
    const forwarding = forwardingOf(wish, service, member)
    if (forwarding === 'nat' || only === undefined || port === only) return []
    const message = `${forwarding} forwarding delivers the packet as it came and cannot turn port ${String(only)} into ${String(port)}; let ${name} listen on ${String(only)}, or use forwarding: nat`
    return [{ path, message }]
  }),
)
