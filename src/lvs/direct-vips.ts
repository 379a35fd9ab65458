import { endsOf, type Cluster, type End, type RealServer } from '../inventory/cluster.ts'
import type { Protocol, Vip } from '../inventory/network.ts'
import { onceEach } from '../once-each.ts'
import type { PortRange } from '../inventory/service.ts'

/** The ports of one protocol that clients ask a VIP for. */
export interface AskedPorts {
  readonly protocol: Protocol
  /** In rising order; none overlaps another. */
  readonly ports: readonly PortRange[]
}

/** A VIP that a real server answers as itself: direct routing, or tunnelling. */
export interface DirectVip {
  readonly vip: Vip
  /** How its packets come here, over all services. */
  readonly ways: readonly ('direct' | 'tunnel')[]
  /** The card where the routers meet this real server. */
  readonly device: string
  /** This real server's own address on that card, of the VIP's family. */
  readonly source: string
  readonly asked: readonly AskedPorts[]
}

const union = (ranges: readonly PortRange[]): readonly PortRange[] =>
  [...ranges]
    .sort((a, b) => a.first - b.first)
    .reduce<readonly PortRange[]>((done, range) => {
      const last = done.at(-1)
      if (last === undefined || range.first > last.last) return [...done, range]
      return [...done.slice(0, -1), { ...last, last: Math.max(last.last, range.last) }]
    }, [])

const askedOf = (ends: readonly End[]): readonly AskedPorts[] =>
  (['tcp', 'udp', 'sctp'] as const).flatMap((protocol) => {
    const services = ends.map(({ service }) => service).filter((each) => each.protocol === protocol)
    const ports = union(services.flatMap((service) => service.ports))
    return ports.length === 0 ? [] : [{ protocol, ports }]
  })

const byVip = (ends: readonly End[]): ReadonlyMap<string, readonly End[]> => {
  const found = new Map<string, End[]>()
  for (const end of ends) {
    const { name } = end.server.vip
    const mine = found.get(name) ?? []
    mine.push(end)
    found.set(name, mine)
  }
  return found
}

const findVips = (cluster: Cluster, host: RealServer): readonly DirectVip[] => {
  const ends = byVip(endsOf(cluster, host))
  return cluster.vips.flatMap((vip) => {
    const mine = ends.get(vip.name) ?? []
    const source = mine[0]?.address
    const card = host.interfaces.find(({ addresses }) =>
      addresses.some(({ address }) => address === source),
    )
    if (source === undefined || card === undefined) return []
    const ways = [...new Set(mine.map(({ forwarding }) => forwarding))]
    return [{ vip, ways, device: card.device, source, asked: askedOf(mine) }]
  })
}

const vipsByHost = onceEach((cluster: Cluster) =>
  onceEach((host: RealServer): readonly DirectVip[] => findVips(cluster, host)),
)

/** The VIPs that this real server answers as itself, in the inventory's order, over all services. */
export const directVips = (cluster: Cluster, host: RealServer): readonly DirectVip[] =>
  vipsByHost(cluster)(host)
