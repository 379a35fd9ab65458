import type { Cluster, Router } from '../inventory/cluster.ts'
import type { Vrrp } from '../inventory/vrrp.ts'
import { block, line, listBlock, raw, type Block, type Line } from './keepalived-block.ts'
import { hasOwnPrograms, programsOf } from './programs.ts'
import { deviceOn } from './router-place.ts'

/**
 * Programs run as root, and only those that nobody else can write (keepalived.conf(5), SCRIPT SECURITY).
 * Without that keepalived's own test refuses a file that starts any (exit 6). Another user than root would make
 * the `-t` of keepalived 2.2.7 end by itself (keepalived#2617).
 */
const scriptSecurity = (cluster: Cluster): readonly Line[] =>
  programsOf(cluster).length > 0 || hasOwnPrograms(cluster)
    ? [line('script_user', 'root'), ['enable_script_security']]
    : []

const syncDaemon = (router: Router, { syncDaemon: wish }: Vrrp): Line => {
  if (wish === undefined) return []
  return line('lvs_sync_daemon', deviceOn(router, wish.network), wish.instance, 'id', wish.id)
}

/** Gratuitous ARP and its IPv6 like, for all instances. */
const garp = ({ garp: wish, instances }: Vrrp): readonly Line[] => [
  line('vrrp_garp_master_delay', wish.masterDelay),
  line('vrrp_garp_master_repeat', wish.masterRepeat),
  line('vrrp_garp_master_refresh', wish.masterRefresh),
  line('vrrp_garp_master_refresh_repeat', wish.masterRefreshRepeat),
  line('vrrp_garp_interval', wish.interval),
  // The others hold for both families; only the interval has a word of its own for IPv6.
  ...(instances.some(({ family }) => family === 6)
    ? [line('vrrp_gna_interval', wish.interval)]
    : []),
]

/** keepalived.conf(5), GLOBAL CONFIGURATION. */
export const globalDefs = (cluster: Cluster, router: Router): Block => {
  const { globalDefs: defs, vrrp } = cluster
  return block('global_defs', [
    ...listBlock(
      'notification_email',
      defs.notificationEmail.map((each) => line(each)),
    ),
    line('notification_email_from', defs.notificationEmailFrom),
    line('smtp_server', defs.smtpServer),
    line('smtp_connect_timeout', defs.smtpConnectTimeout),
    line('router_id', router.name),
    ...scriptSecurity(cluster),
    syncDaemon(router, vrrp),
    ...garp(vrrp),
    raw(defs.extraGlobalDefs),
  ])
}
