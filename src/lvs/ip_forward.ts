import type { Family } from '../inventory/network.ts'
import { sysctl } from '../resources/sysctl.ts'
import { forwardedFamilies } from './nat-servers.ts'
import type { Task } from './task.ts'

const keys: Readonly<Record<Family, string>> = {
  4: 'net.ipv4.ip_forward',
  6: 'net.ipv6.conf.all.forwarding',
}

export const ip_forward: Task = {
  name: 'ip_forward',
  summary: 'The routers forward packets, for each address family that has NAT',
  resources: ({ cluster, host }) =>
    host.role === 'router'
      ? forwardedFamilies(cluster).map((family) =>
          sysctl.bind({ key: keys[family], value: 1, reason: 'LVS: a router forwards packets' }),
        )
      : [],
}
