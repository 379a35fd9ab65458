import type { Cluster, Router } from '../inventory/cluster.ts'
import type { Content } from '../secret.ts'
import { globalDefs } from './global-defs-text.ts'
import { places, raw, text, type Item } from './keepalived-block.ts'
import { virtualServers } from './virtual-server-text.ts'
import { vrrpBlocks } from './vrrp-text.ts'

export const keepalivedConfPath = '/etc/keepalived/keepalived.conf'

const items = (cluster: Cluster, router: Router): readonly Item[] => [
  globalDefs(cluster, router),
  ...vrrpBlocks(cluster, router),
  ...cluster.services.flatMap(virtualServers),
  raw(cluster.globalDefs.extra),
]

/** keepalived.conf(5) of one router. On every router the same but for its name, priority, cards and addresses. */
export const keepalivedConfText = (cluster: Cluster, router: Router): Content =>
  text(items(cluster, router))

/** Where in the inventory its lines were written, by number from 1: only those of an operator's own. */
export const keepalivedConfPlaces = (
  cluster: Cluster,
  router: Router,
): Readonly<Record<number, string>> => places(items(cluster, router))
