import type { Cluster, Router } from '../inventory/cluster.ts'
import type { Resource } from '../resource.ts'
import { sysctl } from '../resources/sysctl.ts'
import { sysctl_condition } from '../resources/sysctl_condition.ts'
import { deviceKey } from './device-key.ts'
import { advertisedCards, hasCheckedUdp, keepsQuiescent, oneArmedCards } from './router-needs.ts'
import type { Task } from './task.ts'
import { noProxyArp } from './vip-conditions.ts'

interface Setting {
  readonly key: string
  readonly value: string | number
  readonly reason: string
}

const asked = 'as the inventory has it'

/** Nothing where nobody asks and nothing needs it. */
const flag = (key: string, wish: boolean | undefined, needed?: string): readonly Setting[] => {
  if (wish !== undefined) return [{ key, value: wish ? 1 : 0, reason: `LVS: ${asked}` }]
  return needed === undefined ? [] : [{ key, value: 1, reason: `LVS: ${needed}` }]
}

const given = (key: string, value: string | number | undefined): readonly Setting[] =>
  value === undefined ? [] : [{ key, value, reason: `LVS: ${asked}` }]

/** net.ipv4.vs: what IPVS itself can be told (the kernel's ipvs-sysctl). */
const ofIpvs = (cluster: Cluster): readonly Setting[] => {
  const { kernel, vrrp } = cluster
  return [
    ...flag('net.ipv4.vs.conntrack', kernel.conntrack),
    ...flag(
      'net.ipv4.vs.expire_nodest_conn',
      kernel.expireNodestConn,
      hasCheckedUdp(cluster)
        ? 'a UDP client that keeps its port is not sent to a dead server'
        : undefined,
    ),
    ...flag(
      'net.ipv4.vs.expire_quiescent_template',
      kernel.expireQuiescentTemplate,
      keepsQuiescent(cluster)
        ? 'persistence does not bring clients back to a server of weight 0'
        : undefined,
    ),
    ...(vrrp.syncDaemon === undefined
      ? []
      : [
          ...given('net.ipv4.vs.sync_threshold', kernel.syncThreshold),
          ...given('net.ipv4.vs.sync_refresh_period', kernel.syncRefreshPeriod),
        ]),
  ]
}

const ofCards = (cluster: Cluster, router: Router): readonly Setting[] => {
  const { kernel } = cluster
  const used = router.interfaces.filter(({ enabled }) => enabled)
  const oneArmed = oneArmedCards(cluster, router).map(({ device }) => device)
  return [
    ...flag('net.ipv4.ip_nonlocal_bind', kernel.ipNonlocalBind),
    ...used.flatMap(({ device }) => given(deviceKey(4, device, 'rp_filter'), kernel.rpFilter)),
    // E25. A redirect would tell clients on the real servers' network a way around the router.
    ...(oneArmed.length === 0 ? [] : ['all', ...oneArmed]).map((device) => ({
      key: deviceKey(4, device, 'send_redirects'),
      value: 0,
      reason: 'LVS: NAT goes out by the card it came in on, and nobody may be told a shorter way',
    })),
  ]
}

const conditions = (cluster: Cluster, router: Router): readonly Resource[] => [
  ...noProxyArp(
    router,
    new Set(cluster.vips.filter(({ family }) => family === 4).map(({ network }) => network)),
  ),
  ...advertisedCards(cluster, router).map(({ device, network = 'its network' }) =>
    sysctl_condition.bind({
      keys: [deviceKey(6, device, 'accept_ra')],
      allowed: ['0', '2'],
      because: `%s takes the default route from router advertisements, and a router that forwards IPv6 gives such a route up; give the network ${network} its IPv6 gateway in the inventory, or set net.ipv6.conf.${device.replaceAll('.', '/')}.accept_ra = 2 in a file of /etc/sysctl.d and load it with "sysctl --system", and run again.`,
    }),
  ),
]

export const kernel_settings: Task = {
  name: 'kernel_settings',
  summary: 'The kernel settings that this topology needs of its routers, each with its reason',
  resources: ({ cluster, host }) =>
    host.role === 'router'
      ? [
          ...conditions(cluster, host),
          ...[...ofIpvs(cluster), ...ofCards(cluster, host)].map((each) => sysctl.bind(each)),
        ]
      : [],
}
