import type { Cluster, Router } from '../inventory/cluster.ts'
import { onceEach } from '../once-each.ts'
import type { Resource } from '../resource.ts'
import { keepalived_daemon } from '../resources/keepalived_daemon.ts'
import { unlessServed } from '../resources/keepalived-unit.ts'
import { sha256 } from '../resources/sha256.ts'
import { vrrpSettings } from '../resources/vrrp-settings.ts'
import { revealed } from '../secret.ts'
import { ipvsWish } from './ipvs-wish.ts'
import { departed } from './roster.ts'
import type { Place } from './task.ts'
import { keepalivedConfPath, keepalivedConfText } from './keepalived-conf-text.ts'

/** A router's file: its checksum, and what it makes the router say in VRRP. */
const confOf = onceEach((cluster: Cluster) =>
  onceEach((router: Router) => {
    const text = revealed(keepalivedConfText(cluster, router))
    return { sha256: sha256(text), peer: vrrpSettings(text).peer }
  }),
)

const vipsOf = ({ vrrp }: Cluster): readonly string[] =>
  vrrp.instances.flatMap(({ vips }) => vips.map(({ address }) => address))

/** What the tasks want of keepalived; they differ in what they do about it. */
export const daemonOf = (
  { cluster, roster }: Pick<Place, 'cluster' | 'roster'>,
  router: Router,
  part: 'run' | 'stand_down' | 'look',
): Resource => {
  // One that left the inventory may run all the same.
  const others = departed(cluster, roster).filter(({ role }) => role === 'router')
  const conf = confOf(cluster)(router)
  return keepalived_daemon.bind({
    part,
    conf: { path: keepalivedConfPath, sha256: conf.sha256 },
    peer: conf.peer,
    vips: vipsOf(cluster),
    table: ipvsWish(cluster),
    routers: cluster.routers.length + others.length,
  })
}

/** keepalived may run with this file from the moment when it is in place: at the next boot, if not before. */
export const asAdopted = (cluster: Cluster, conf: Resource): Resource => ({
  ...conf,
  judge: (answers, earlier) =>
    conf
      .judge(answers, earlier)
      .map((change) => ({ ...change, adopts: unlessServed(vipsOf(cluster)) })),
})
