import type { Family } from '../inventory/cluster.ts'
import { sysctl } from '../resources/sysctl.ts'
import type { Task } from './task.ts'

const keys: Readonly<Record<Family, string>> = {
  4: 'net.ipv4.ip_forward',
  6: 'net.ipv6.conf.all.forwarding',
}

export const ip_forward: Task = {
  name: 'ip_forward',
  summary: 'The routers forward packets, for each address family that has a VIP',
  resources: ({ cluster, host }) => {
    if (host.role !== 'router') return []
    const families = [...new Set(cluster.vips.map(({ family }) => family))].sort()
    return families.map((family) =>
      sysctl.bind({ key: keys[family], value: 1, reason: 'LVS: a router forwards packets' }),
    )
  },
}
