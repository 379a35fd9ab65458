import { hint } from '../../faults/nearest.ts'
import { shown } from '../../faults/schema-faults.ts'
import type { Path } from '../../yaml.ts'
import type { Wish } from '../schema.ts'
import { itemsAt, repeated } from './parts.ts'
import type { Rule } from './rule.ts'

/** VRRP version 3 counts centiseconds in 12 bits. */
const LONGEST_V3 = 40

/** An interval that fits into an IPv6 advert. */
export const advertInterval: Rule = ({ wish, cluster }) =>
  wish.vrrp.advert_int > LONGEST_V3 && cluster.vrrp.instances.some(({ family }) => family === 6)
    ? [
        {
          path: ['vrrp', 'advert_int'],
          message: `${String(wish.vrrp.advert_int)} seconds do not fit into VRRP version 3, which IPv6 VIPs use; at most ${String(LONGEST_V3)}`,
        },
      ]
    : []

/** Ids are one for the network, or one for each subnet. */
export const routerIds: Rule = ({ wish }) =>
  Object.entries(wish.networks).flatMap(([name, { virtual_router_id: ids, subnet }]) =>
    itemsAt(ids, ['networks', name, 'virtual_router_id'])
      .slice(subnet.length)
      .map(({ item, path }) => ({
        path,
        message: `${String(item)} is for no subnet: the list has one id for each, in the order of "subnet"`,
      })),
  )

/** `preempt_delay` says when a router takes over again; with `nopreempt` it never does. */
export const delayForNothing: Rule = ({ wish: { vrrp } }) =>
  vrrp.nopreempt && vrrp.preempt_delay !== undefined
    ? [
        {
          path: ['vrrp', 'preempt_delay'],
          message:
            'with nopreempt no router takes over from a living one, so there is nothing to delay; remove one of the two',
        },
      ]
    : []

/** keepalived's own test refuses `nopreempt` beside priority 255: the address owner always takes over (RFC 5798, 6.1). */
export const ownerPreempts: Rule = ({ wish: { vrrp, routers } }) =>
  Object.entries(routers)
    .filter(([, { priority }]) => vrrp.nopreempt && priority === 255)
    .map(([name]) => ({
      path: ['vrrp', 'nopreempt'],
      message: `${name} has priority 255, the VIP's owner's, and that one always takes over; give it at most 254, or remove nopreempt`,
    }))

interface Named {
  readonly item: string
  readonly path: Path
}

const tracked = ({ vrrp }: Wish): readonly Named[] =>
  itemsAt(vrrp.track_networks, ['vrrp', 'track_networks'])

const named = (wish: Wish): readonly Named[] => {
  const daemon = wish.vrrp.lvs_sync_daemon
  const path = ['vrrp', 'lvs_sync_daemon', 'network']
  return [...tracked(wish), ...(daemon === undefined ? [] : [{ item: daemon.network, path }])]
}

/** Every network that VRRP names exists, and none is tracked twice. */
export const vrrpNetworks: Rule = ({ wish }) => {
  const known = Object.keys(wish.networks)
  const unknown = named(wish)
    .filter(({ item }) => !known.includes(item))
    .map(({ item, path }) => ({
      path,
      message: `no network is called ${shown(item)}${hint(item, known)}`,
    }))
  const twice = repeated(tracked(wish), ({ item }) => item).map(({ again }) => ({
    path: again.path,
    message: `${shown(again.item)} is named twice`,
  }))
  return [...unknown, ...twice]
}

/** The routers have cards on the networks that VRRP names; the sync daemon's group 224.0.0.81 is IPv4. */
export const vrrpCards: Rule = ({ wish, cluster }) => {
  // That only some routers have a card there is said of the routers.
  const bare = named(wish)
    .filter(({ item }) =>
      cluster.routers.every(
        ({ interfaces }) => !interfaces.some(({ enabled, network }) => enabled && network === item),
      ),
    )
    .map(({ item, path }) => ({
      path,
      message: `no router has a card on network ${shown(item)}; name a network of the routers`,
    }))
  const daemon = wish.vrrp.lvs_sync_daemon
  const home = cluster.networks.find(({ name }) => name === daemon?.network)
  if (home === undefined || home.subnets.some(({ family }) => family === 4)) return bare
  const path = ['vrrp', 'lvs_sync_daemon', 'network']
  const message = `the sync daemon speaks to 224.0.0.81, and network "${home.name}" has no IPv4 subnet; name one that has`
  return [...bare, { path, message }]
}

/** What the kernel is told of a sync daemon needs one. */
export const syncSettings: Rule = ({ wish: { vrrp, kernel } }) =>
  (['sync_threshold', 'sync_refresh_period'] as const)
    .filter((key) => kernel[key] !== undefined && vrrp.lvs_sync_daemon === undefined)
    .map((key) => ({
      path: ['kernel', key],
      message:
        'does nothing: no sync daemon tells the other routers of connections; add vrrp.lvs_sync_daemon, or remove this',
      warning: true,
    }))

/** What routers say to each other needs another router. */
export const nobodyElse: Rule = ({ wish: { vrrp }, cluster: { routers } }) => {
  const [only, other] = routers
  if (only === undefined || other !== undefined) return []
  const alone = `${only.name} is the only router, so`
  return [
    ...(vrrp.unicast
      ? [
          {
            path: ['vrrp', 'unicast'],
            message: `${alone} there is nobody to send adverts to; add a router, or remove "unicast"`,
            warning: true,
          },
        ]
      : []),
    ...(vrrp.lvs_sync_daemon === undefined
      ? []
      : [
          {
            path: ['vrrp', 'lvs_sync_daemon'],
            message: `${alone} nobody learns its connections; add a router, or remove "lvs_sync_daemon"`,
            warning: true,
          },
        ]),
  ]
}
