import type { CheckBase } from '../inventory/check.ts'
import type { Service } from '../inventory/service.ts'
import { pool_gate } from '../resources/pool_gate.ts'
import { keepalivedConfPath } from './keepalived-conf-text.ts'
import { pooled, type Pooled } from './pool-servers.ts'
import type { Task } from './task.ts'

/** The first check that makes a TCP connection, one to the real server itself before others. */
const connecting = ({ checks }: Service): CheckBase | undefined => {
  const all = checks.filter(({ kind }) => ['tcp', 'http', 'https', 'smtp'].includes(kind))
  return all.find(({ connectIp }) => connectIp === undefined) ?? all[0]
}

/**
 * Where a router can see that a real server answers; undefined: nowhere. Behind NAT it is where packets will go. One
 * that is reached directly or through a tunnel answers at the VIP alone, if its service says no more: then only a
 * check knows an address of its own.
 */
const askedAt = ({
  service,
  member,
}: Pooled): { readonly address: string; readonly port: number } | undefined => {
  // A datagram need not be answered, and nobody is sent to a weight of 0.
  if (service.protocol !== 'tcp' || member.weight === 0) return undefined
  const check = connecting(service)
  const first = service.ports[0]?.first
  if (member.forwarding === 'nat') {
    const own = check?.connectIp === undefined ? check?.port : undefined
    const port = member.port === 0 ? (own ?? first) : member.port
    return port === undefined ? undefined : { address: member.address, port }
  }
  const port = check?.port ?? (member.port === 0 ? first : member.port)
  return check === undefined || port === undefined
    ? undefined
    : { address: check.connectIp ?? member.address, port }
}

export const ready: Task = {
  name: 'ready',
  summary:
    'Every real server that is new to a running router answers it, before any client is sent',
  resources: ({ cluster, host }) => {
    if (host.role !== 'router') return []
    const members = pooled(cluster).flatMap((each) => {
      const asked = askedAt(each)
      const { name, address, port } = each.member
      return asked === undefined ? [] : [{ name, at: each.at, address, port, asked }]
    })
    return [pool_gate.bind({ conf: keepalivedConfPath, seenFrom: host.name, members })]
  },
}
