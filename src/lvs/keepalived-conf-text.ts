import type { Cluster, Router } from '../inventory/cluster.ts'
import type { Content } from '../secret.ts'
import { onceEach } from '../once-each.ts'
import { globalDefs } from './global-defs-text.ts'
import { confText, raw, type Item } from './keepalived-block.ts'
import { virtualServers } from './virtual-server-text.ts'
import { vrrpBlocks } from './vrrp-text.ts'

export const keepalivedConfPath = '/etc/keepalived/keepalived.conf'

const itemsOf = (cluster: Cluster, router: Router): readonly Item[] => [
  globalDefs(cluster, router),
  ...vrrpBlocks(cluster, router),
  ...cluster.services.flatMap(virtualServers),
  raw(cluster.globalDefs.extra),
]

/** Several tasks ask for it. */
const written = onceEach((cluster: Cluster) =>
  onceEach((router: Router) => confText(itemsOf(cluster, router))),
)

/** keepalived.conf(5) of one router. On every router the same but for its name, priority, cards and addresses. */
export const keepalivedConfText = (cluster: Cluster, router: Router): Content =>
  written(cluster)(router).text

/** Where in the inventory its lines were written, by number from 1: only those of an operator's own. */
export const keepalivedConfPlaces = (
  cluster: Cluster,
  router: Router,
): Readonly<Record<number, string>> => written(cluster)(router).places
