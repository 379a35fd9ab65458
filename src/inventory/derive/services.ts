import { familyOf } from '../address.ts'
import type { RealServer, Router } from '../cluster.ts'
import type { Forwarding, Network, Vip } from '../network.ts'
import type { PoolMember, Service, SorryServer, VirtualServer } from '../service.ts'
import type { Wish } from '../schema.ts'
import { granularityFamily } from '../schema/persistence.ts'
import { checksOf } from './checks.ts'
import { marksOf, type MarkOf } from './marks.ts'
import { poolsOf, type PoolOf } from './pool.ts'
import { onlyPort, portsOf } from './ports.ts'
import { rawLinesOf } from './settings.ts'
import type { Origin } from './ssh.ts'

type ServiceWish = Wish['services'][string]

/** What services stand on. */
interface Ground {
  readonly networks: readonly Network[]
  readonly vips: readonly Vip[]
  readonly routers: readonly Router[]
  readonly realServers: readonly RealServer[]
}

const sorryServerOf = (
  service: ServiceWish,
  { family }: Vip,
  isMarked: boolean,
  pool: readonly PoolMember[],
  usual: Forwarding,
): SorryServer | undefined => {
  const { sorry_server: sorry } = service
  if (sorry === undefined || familyOf(sorry.address) !== family) return undefined
  const forwarding = pool.find(({ address }) => address === sorry.address)?.forwarding ?? usual
  // 0 is the port that the client asked for; keepalived refuses another where a mark's packets stay as they came.
  const stays = isMarked && forwarding !== 'nat'
  const port = stays ? 0 : (sorry.port ?? (isMarked ? 0 : onlyPort(service)))
  return { address: sorry.address, port: port ?? 0, forwarding }
}

const virtualServersOf = (
  wish: Wish,
  name: string,
  service: ServiceWish,
  vips: ReadonlyMap<string, Vip>,
  markOf: MarkOf,
  poolOf: PoolOf,
): readonly VirtualServer[] =>
  service.vip.flatMap((vipName): readonly VirtualServer[] => {
    const vip = vips.get(vipName)
    if (vip === undefined) return []
    const firewallMark = markOf(name, vipName)
    const isMarked = firewallMark !== undefined
    const pool = poolOf(service, vip)
    const usual = service.forwarding ?? wish.forwarding
    return [
      {
        vip,
        port: isMarked ? undefined : onlyPort(service),
        firewallMark,
        persistenceGranularity: service.persistence_granularity?.find(
          (text) => granularityFamily(text) === vip.family,
        ),
        pool,
        sorryServer: sorryServerOf(service, vip, isMarked, pool, usual),
      },
    ]
  })

/** The services in the inventory's order, each with a virtual server for each of its VIPs. */
export const servicesOf = (wish: Wish, ground: Ground, origin: Origin): readonly Service[] => {
  const markOf = marksOf(wish)
  const poolOf = poolsOf(wish, ground)
  const vips = new Map(ground.vips.map((vip) => [vip.name, vip]))
  return Object.entries(wish.services).map(([name, service]) => ({
    name,
    protocol: service.protocol,
    ports: portsOf(service),
    forwarding: service.forwarding ?? wish.forwarding,
    scheduler: service.scheduler,
    schedulerFlags: service.scheduler_flags,
    delayLoop: service.delay_loop,
    persistenceTimeout: service.persistence_timeout,
    persistenceEngine: service.persistence_engine,
    ftp:
      service.ftp === undefined
        ? undefined
        : { passivePorts: service.ftp.passive_ports, active: service.ftp.active },
    ops: service.ops,
    virtualhost: service.virtualhost,
    alpha: service.alpha,
    omega: service.omega,
    quorum: service.quorum,
    hysteresis: service.hysteresis,
    inhibitOnFailure: service.inhibit_on_failure ?? false,
    retry: service.retry,
    delayBeforeRetry: service.delay_before_retry,
    checks: checksOf(service, origin),
    extra: rawLinesOf(service.extra, ['services', name, 'extra'], origin),
    virtualServers: virtualServersOf(wish, name, service, vips, markOf, poolOf),
  }))
}
