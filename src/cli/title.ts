import { poolsIn, type Cluster } from '../inventory/cluster.ts'
import { counted } from '../printable.ts'

const methods = { nat: 'NAT', direct: 'direct routing', tunnel: 'tunnelling' } as const

/** `web · NAT · 2 routers, 3 real servers (1 not managed)`. */
export const titleOf = (cluster: Cluster): string => {
  const { name, forwarding, routers, realServers } = cluster
  const managed = new Set(realServers.map((server) => server.name))
  const pooled = [...poolsIn(cluster)].flat().map((member) => member.name)
  const others = new Set(pooled.filter((each) => !managed.has(each)))
  const total = counted(managed.size + others.size, 'real server')
  const split = others.size === 0 ? '' : ` (${String(others.size)} not managed)`
  return `${name} · ${methods[forwarding]} · ${counted(routers.length, 'router')}, ${total}${split}`
}
