import type { Cluster, Router } from '../inventory/cluster.ts'
import type { Content } from '../secret.ts'
import { globalDefs } from './global-defs-text.ts'
import { raw, text } from './keepalived-block.ts'
import { virtualServers } from './virtual-server-text.ts'
import { vrrpBlocks } from './vrrp-text.ts'

export const keepalivedConfPath = '/etc/keepalived/keepalived.conf'

/** keepalived.conf(5) of one router. On every router the same but for its name, priority, cards and addresses. */
export const keepalivedConfText = (cluster: Cluster, router: Router): Content =>
  text([
    globalDefs(cluster, router),
    ...vrrpBlocks(cluster, router),
    ...cluster.services.flatMap(virtualServers),
    raw(cluster.globalDefs.extra),
  ])
