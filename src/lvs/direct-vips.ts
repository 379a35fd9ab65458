import { endsAt, type Cluster, type RealServer } from '../inventory/cluster.ts'
import type { Protocol, Vip } from '../inventory/network.ts'
import type { PortRange, Service, VirtualServer } from '../inventory/service.ts'

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

type Way = DirectVip['ways'][number]

interface Use {
  readonly vip: Vip
  readonly way: Way
  readonly address: string
  readonly protocol: Protocol
  readonly ports: readonly PortRange[]
}

/** How packets for a virtual server come to this real server, and at which of its addresses. */
const usesOf = (
  { protocol, ports }: Service,
  server: VirtualServer,
  host: RealServer,
): readonly Use[] =>
  endsAt(server, host).flatMap(({ address, forwarding }) =>
    forwarding === 'nat' ? [] : [{ vip: server.vip, way: forwarding, address, protocol, ports }],
  )

const union = (ranges: readonly PortRange[]): readonly PortRange[] =>
  [...ranges]
    .sort((a, b) => a.first - b.first)
    .reduce<readonly PortRange[]>((done, range) => {
      const last = done.at(-1)
      if (last === undefined || range.first > last.last) return [...done, range]
      return [...done.slice(0, -1), { ...last, last: Math.max(last.last, range.last) }]
    }, [])

const askedOf = (uses: readonly Use[]): readonly AskedPorts[] =>
  (['tcp', 'udp', 'sctp'] as const).flatMap((protocol) => {
    const ports = union(uses.filter((use) => use.protocol === protocol).flatMap((use) => use.ports))
    return ports.length === 0 ? [] : [{ protocol, ports }]
  })

/** The VIPs that this real server answers as itself, in the inventory's order, over all services. */
export const directVips = (cluster: Cluster, host: RealServer): readonly DirectVip[] => {
  const uses = cluster.services.flatMap((service) =>
    service.virtualServers.flatMap((server) => usesOf(service, server, host)),
  )
  return cluster.vips.flatMap((vip) => {
    const mine = uses.filter((use) => use.vip.name === vip.name)
    const source = mine[0]?.address
    const card = host.interfaces.find(({ addresses }) =>
      addresses.some(({ address }) => address === source),
    )
    if (source === undefined || card === undefined) return []
    const ways = [...new Set(mine.map(({ way }) => way))]
    return [{ vip, ways, device: card.device, source, asked: askedOf(mine) }]
  })
}
