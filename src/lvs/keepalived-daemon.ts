import type { Cluster, Router } from '../inventory/cluster.ts'
import { onceEach } from '../once-each.ts'
import type { Resource } from '../resource.ts'
import { keepalived_daemon } from '../resources/keepalived_daemon.ts'
import { sha256 } from '../resources/sha256.ts'
import { advertsOf } from '../resources/vrrp-adverts.ts'
import { revealed } from '../secret.ts'
import { ipvsWish } from './ipvs-wish.ts'
import { departed } from './roster.ts'
import type { Place } from './task.ts'
import { keepalivedConfPath, keepalivedConfText } from './keepalived-conf-text.ts'

/** The sums of a router's file: of all of it, and of what it makes the router say. */
const sumsOf = onceEach((cluster: Cluster) =>
  onceEach((router: Router) => {
    const text = revealed(keepalivedConfText(cluster, router))
    return { sha256: sha256(text), adverts: advertsOf(text).sum }
  }),
)

/** What both tasks wish of keepalived; they differ in what they do about it. */
export const daemonOf = (
  { cluster, roster }: Pick<Place, 'cluster' | 'roster'>,
  router: Router,
  part: 'run' | 'stand_down',
): Resource => {
  // One that left the inventory may run all the same.
  const others = departed(cluster, roster).filter(({ role }) => role === 'router')
  const sums = sumsOf(cluster)(router)
  return keepalived_daemon.bind({
    part,
    conf: { path: keepalivedConfPath, sha256: sums.sha256 },
    adverts: sums.adverts,
    vips: cluster.vrrp.instances.flatMap(({ vips }) => vips.map(({ address }) => address)),
    table: ipvsWish(cluster),
    routers: cluster.routers.length + others.length,
  })
}
