import { fileURLToPath } from 'node:url'

import type { Cluster } from '../inventory/cluster.ts'
import type { Forwarding } from '../inventory/network.ts'

/** The way that asks most of the real servers: its playbook does what the others need too. */
const hardest = ({ services }: Cluster): Forwarding => {
  const ways = services.flatMap(({ forwarding, virtualServers }) => [
    forwarding,
    ...virtualServers.flatMap(({ pool }) => pool.map((member) => member.forwarding)),
  ])
  return (['tunnel', 'direct'] as const).find((way) => ways.includes(way)) ?? 'nat'
}

/** The path of the playbook that brings this cluster to life. */
export const shippedPlaybook = (cluster: Cluster): string =>
  fileURLToPath(new URL(`../../playbooks/${hardest(cluster)}.yaml`, import.meta.url))
