import type { Cluster, GlobalDefs, Router, VrrpInstance } from '../inventory/cluster.ts'
import type { Content } from '../secret.ts'
import { block, line, text, type Block } from './keepalived-block.ts'
import { virtualServers } from './virtual-server-text.ts'

export const keepalivedConfPath = '/etc/keepalived/keepalived.conf'

const globalDefs = (router: Router, defs: GlobalDefs): Block =>
  block('global_defs', [
    ...(defs.notificationEmail.length > 0
      ? [
          block(
            'notification_email',
            defs.notificationEmail.map((each) => line(each)),
          ),
        ]
      : []),
    line('notification_email_from', defs.notificationEmailFrom),
    line('smtp_server', defs.smtpServer),
    line('smtp_connect_timeout', defs.smtpConnectTimeout),
    line('router_id', router.name),
  ])

const instance = (
  { name, network, family, virtualRouterId, vips }: VrrpInstance,
  router: Router,
  { advertInt, authPass }: Cluster['vrrp'],
): Block => {
  const device = router.interfaces.find((each) => each.network === network)?.device
  return block(`vrrp_instance ${name}`, [
    // The priorities say who is master. nopreempt and preempt_delay would need BACKUP on both (E12).
    line('state', 'BACKUP'),
    line('interface', device),
    line('virtual_router_id', virtualRouterId),
    line('priority', router.priority),
    line('advert_int', advertInt),
    // VRRPv3, the only version for IPv6, has no authentication (RFC 5798, 9; E13).
    ...(family === 6 ? [line('version', 3)] : []),
    ...(family === 4 && authPass !== undefined
      ? [block('authentication', [line('auth_type', 'PASS'), line('auth_pass', authPass)])]
      : []),
    block(
      'virtual_ipaddress',
      vips.map(({ address }) => line(`${address}/${family === 4 ? '32' : '128'}`, 'dev', device)),
    ),
  ])
}

const syncGroup = (cluster: Cluster): readonly Block[] => {
  const { instances } = cluster.vrrp
  if (instances.length < 2) return []
  return [
    block(`vrrp_sync_group ${cluster.name}`, [
      block(
        'group',
        instances.map(({ name }) => line(name)),
      ),
    ]),
  ]
}

/** keepalived.conf(5) of one router. On every router the same but for its name, priority and interfaces. */
export const keepalivedConfText = (cluster: Cluster, router: Router): Content =>
  text([
    globalDefs(router, cluster.globalDefs),
    ...syncGroup(cluster),
    ...cluster.vrrp.instances.map((each) => instance(each, router, cluster.vrrp)),
    ...cluster.services.flatMap(virtualServers),
  ])
