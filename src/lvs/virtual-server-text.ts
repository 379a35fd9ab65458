import type { PoolMember, Service, VirtualServer } from '../inventory/service.ts'
import { checkBlock } from './check-text.ts'
import { block, flag, line, raw, type Block, type Line } from './keepalived-block.ts'

// keepalived renamed lb_kind and lb_algo to lvs_method and lvs_sched in 1.1.5; a real_server knows only lvs_method (E14).
const methods = { nat: 'NAT', direct: 'DR', tunnel: 'TUN' } as const

const realServer = (member: PoolMember, { forwarding, checks }: Service): Block =>
  block(`real_server ${member.address} ${String(member.port)}`, [
    line('weight', member.weight),
    member.forwarding === forwarding ? [] : line('lvs_method', methods[member.forwarding]),
    flag('inhibit_on_failure', member.inhibitOnFailure),
    ...checks.map((each) => checkBlock(each, member)),
  ])

const opening = ({ vip, port, firewallMark }: VirtualServer): string =>
  firewallMark === undefined
    ? `virtual_server ${vip.address} ${String(port)}`
    : `virtual_server fwmark ${String(firewallMark)}`

const sorryServer = (
  { sorryServer: sorry }: VirtualServer,
  { forwarding }: Service,
): readonly Line[] => {
  if (sorry === undefined) return []
  const own = sorry.forwarding
  return [
    ['sorry_server', sorry.address, ...(sorry.port === 0 ? [] : [sorry.port])],
    own === forwarding ? [] : line('sorry_server_lvs_method', methods[own]),
  ]
}

const persistence = (
  { persistenceGranularity }: VirtualServer,
  { persistenceEngine, persistenceTimeout }: Service,
): readonly Line[] => [
  line('persistence_engine', persistenceEngine),
  line('persistence_timeout', persistenceTimeout),
  line('persistence_granularity', persistenceGranularity),
]

/** keepalived.conf(5), VIRTUAL SERVER: one block for each VIP and port, or mark, of a service. */
export const virtualServers = (service: Service): readonly Block[] =>
  service.virtualServers.map((server) =>
    block(opening(server), [
      ...(server.firewallMark !== undefined && server.vip.family === 6
        ? [line('ip_family', 'inet6')]
        : []),
      line('delay_loop', service.delayLoop),
      line('lvs_sched', service.scheduler),
      ...service.schedulerFlags.map((each) => line(each)),
      line('lvs_method', methods[service.forwarding]),
      flag('ops', service.ops),
      ...persistence(server, service),
      // A mark has no protocol: keepalived's own test refuses a file that gives it one.
      ...(server.firewallMark === undefined
        ? [line('protocol', service.protocol.toUpperCase())]
        : []),
      flag('alpha', service.alpha),
      flag('omega', service.omega),
      line('quorum', service.quorum),
      line('hysteresis', service.hysteresis),
      line('retry', service.retry),
      line('delay_before_retry', service.delayBeforeRetry),
      line('virtualhost', service.virtualhost),
      // Ahead of the real servers, which take over what their virtual server says.
      raw(service.extra),
      ...sorryServer(server, service),
      ...server.pool.map((member) => realServer(member, service)),
    ]),
  )
