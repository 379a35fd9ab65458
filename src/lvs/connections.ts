import type { Cluster } from '../inventory/cluster.ts'
import { parseIpvs } from '../resources/ipvs-table.ts'

/** How many open connections a router's table has for a real server, over all services. */
export const connectionsOf = ({ services }: Cluster, name: string, table: string): number => {
  const ends = new Set(
    services.flatMap(({ virtualServers }) =>
      virtualServers.flatMap(({ pool }) =>
        pool
          .filter((member) => member.name === name)
          .map(({ address, port }) => `${address} ${String(port)}`),
      ),
    ),
  )
  return parseIpvs(table)
    .flatMap(({ servers }) => servers)
    .filter(({ address, port }) => ends.has(`${address} ${String(port)}`))
    .reduce((sum, { active }) => sum + active, 0)
}
