import type { Cluster, Router } from '../inventory/cluster.ts'
import type { Notify, Vrrp, VrrpInstance } from '../inventory/vrrp.ts'
import { block, flag, line, listBlock, quoted, type Block, type Line } from './keepalived-block.ts'
import { addressOn, deviceOn } from './router-place.ts'

/** `notify` is told group or instance, name, state and priority; the others only what is said here. */
const notify = ({ on, program }: Notify): Line =>
  line(on === 'any' ? 'notify' : `notify_${on}`, quoted(program.words))

// The same pairs on every router, each from its own side: two that disagree are both master (E23).
const unicast = (
  { network, family }: VrrpInstance,
  router: Router,
  { routers, vrrp }: Cluster,
): readonly (Line | Block)[] => {
  const peers = routers.filter(({ name }) => name !== router.name)
  // A router alone has nobody to send to; keepalived's own test refuses unicast without peers.
  if (!vrrp.unicast || peers.length === 0) return []
  return [
    line('unicast_src_ip', addressOn(router, network, family)),
    ...listBlock(
      'unicast_peer',
      peers
        .map((peer) => line(addressOn(peer, network, family)))
        .filter(({ length }) => length > 0),
    ),
  ]
}

const authentication = ({ family }: VrrpInstance, { authPass }: Vrrp): readonly Block[] =>
  // VRRPv3, the only version for IPv6, has no authentication (RFC 5798, 9; E13).
  family === 6 || authPass === undefined
    ? []
    : [block('authentication', [line('auth_type', 'PASS'), line('auth_pass', authPass)])]

/** The other cards without which a router must not be master; its own card an instance tracks anyway. */
const tracked = (
  router: Router,
  { trackNetworks }: Vrrp,
  own: string | undefined,
): readonly Block[] =>
  listBlock(
    'track_interface',
    trackNetworks
      .map((network) => deviceOn(router, network))
      .filter((device) => device !== undefined && device !== own)
      .map((device) => line(device)),
  )

const virtualAddresses = ({ vips, family }: VrrpInstance, device: string | undefined): Block =>
  block(
    'virtual_ipaddress',
    vips.map(({ address }) => [
      `${address}/${family === 4 ? '32' : '128'}`,
      ...(device === undefined ? [] : ['dev', device]),
    ]),
  )

const instance = (wish: VrrpInstance, router: Router, cluster: Cluster): Block => {
  const { vrrp } = cluster
  const device = deviceOn(router, wish.network)
  return block(`vrrp_instance ${wish.name}`, [
    // The priorities say who is master. nopreempt and preempt_delay need BACKUP on both (E12).
    line('state', 'BACKUP'),
    line('interface', device),
    // Only the VIPs get the virtual MAC address: adverts go and come by the card, whatever its switch thinks.
    ...(vrrp.vmac ? [line('use_vmac'), line('vmac_xmit_base')] : []),
    line('virtual_router_id', wish.virtualRouterId),
    line('priority', router.priority),
    line('advert_int', vrrp.advertInt),
    flag('nopreempt', vrrp.nopreempt),
    line('preempt_delay', vrrp.preemptDelay),
    ...(wish.family === 6 ? [line('version', 3)] : []),
    ...unicast(wish, router, cluster),
    ...authentication(wish, vrrp),
    ...tracked(router, vrrp, device),
    // With use_vmac they stand on its own device, which the card's name would keep them from.
    virtualAddresses(wish, vrrp.vmac ? undefined : device),
    ...(cluster.vrrp.instances.length === 1 ? vrrp.notify.map(notify) : []),
  ])
}

/** All instances move together; so what runs at a change runs once, for the group. */
const syncGroup = ({ name, vrrp }: Cluster): readonly Block[] => {
  if (vrrp.instances.length < 2) return []
  return [
    block(`vrrp_sync_group ${name}`, [
      block(
        'group',
        vrrp.instances.map((each) => line(each.name)),
      ),
      ...vrrp.notify.map(notify),
    ]),
  ]
}

/** keepalived.conf(5), VRRP: the sync group, and one instance for each network and family with VIPs. */
export const vrrpBlocks = (cluster: Cluster, router: Router): readonly Block[] => [
  ...syncGroup(cluster),
  ...cluster.vrrp.instances.map((each) => instance(each, router, cluster)),
]
