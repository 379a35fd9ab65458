import type { Cluster, Router } from '../../src/inventory/cluster.ts'
import { keepalivedConfText } from '../../src/lvs/keepalived-conf-text.ts'
import { revealed } from '../../src/secret.ts'
import { clusterOf } from './inventories.ts'

/** @throws Error where the cluster has no such router */
export const routerOf = ({ routers }: Cluster, name: string): Router => {
  const found = routers.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no router ${name}`)
  return found
}

/** What an inventory's text makes of one router's keepalived.conf, with its password. */
export const confOf = (inventory: string, name: string): string => {
  const cluster = clusterOf(inventory)
  return revealed(keepalivedConfText(cluster, routerOf(cluster, name)))
}
