import type { Cluster } from '../inventory/cluster.ts'
import { kernel_module } from '../resources/kernel_module.ts'
import { natServers } from './nat-servers.ts'
import type { Task } from './task.ts'

const modulesOf = (cluster: Cluster): readonly string[] => [
  'ip_vs',
  ...cluster.services.map(({ scheduler }) => `ip_vs_${scheduler}`),
  // It rewrites the addresses in FTP's own words; nothing loads it by itself (E19).
  ...(natServers(cluster).some(({ service }) => service.ftp !== undefined) ? ['ip_vs_ftp'] : []),
  ...cluster.services.flatMap(({ persistenceEngine }) =>
    persistenceEngine === undefined ? [] : [`ip_vs_pe_${persistenceEngine}`],
  ),
]

export const kernel_modules: Task = {
  name: 'kernel_modules',
  summary: 'ip_vs and the schedulers in use on the routers, now and at every boot',
  resources: ({ cluster, host }) =>
    host.role === 'router'
      ? [...new Set(modulesOf(cluster))].map((name) => kernel_module.bind({ name }))
      : [],
}
