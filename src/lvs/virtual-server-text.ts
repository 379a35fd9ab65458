import type { Check, PoolMember, Service, VirtualServer } from '../inventory/cluster.ts'
import { block, line, type Block } from './keepalived-block.ts'

// keepalived renamed lb_kind and lb_algo to lvs_method and lvs_sched in 1.1.5 (E14).
const methods = { nat: 'NAT', direct: 'DR', tunnel: 'TUN' } as const

const check = (wish: Check): Block => {
  const { kind, port, connectTimeout } = wish
  const common = [line('connect_port', port), line('connect_timeout', connectTimeout)]
  switch (kind) {
    case 'tcp':
      return block('TCP_CHECK', common)
    case 'dns':
      return block('DNS_CHECK', [line('type', 'A'), line('name', wish.name), ...common])
    case 'http':
    case 'https':
      return block(kind === 'http' ? 'HTTP_GET' : 'SSL_GET', [
        block('url', [line('path', wish.path), line('status_code', wish.status)]),
        ...common,
      ])
  }
}

const realServer = ({ address, port, weight }: PoolMember, wish: Check | undefined): Block =>
  block(`real_server ${address} ${String(port)}`, [
    line('weight', weight),
    ...(wish === undefined ? [] : [check(wish)]),
  ])

const opening = ({ vip, port, firewallMark }: VirtualServer): string =>
  firewallMark === undefined
    ? `virtual_server ${vip.address} ${String(port)}`
    : `virtual_server fwmark ${String(firewallMark)}`

/** The `virtual_server` blocks of one service. */
export const virtualServers = (service: Service): readonly Block[] =>
  service.virtualServers.map((server) =>
    block(opening(server), [
      ...(server.firewallMark !== undefined && server.vip.family === 6
        ? [line('ip_family', 'inet6')]
        : []),
      line('delay_loop', service.delayLoop),
      line('lvs_sched', service.scheduler),
      line('lvs_method', methods[service.forwarding]),
      line('persistence_timeout', service.persistenceTimeout),
      // A mark has no protocol: keepalived's own test refuses a file that gives it one.
      ...(server.firewallMark === undefined
        ? [line('protocol', service.protocol.toUpperCase())]
        : []),
      ...(server.sorryServer === undefined
        ? []
        : [line('sorry_server', server.sorryServer.address, server.sorryServer.port)]),
      ...server.pool.map((member) => realServer(member, service.check)),
    ]),
  )
