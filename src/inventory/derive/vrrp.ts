import type { Family, Network, Vip } from '../network.ts'
import type { Notify, SyncDaemon, Vrrp, VrrpInstance } from '../vrrp.ts'
import type { Wish } from '../schema.ts'
import { numberFrom } from './hash.ts'
import { programOf } from './program.ts'
import type { Origin } from './ssh.ts'

/** The instance's name: the network's; of two families IPv6 has its family behind it, whichever is written first. */
const instanceName = ({ name, subnets }: Network, family: Family): string =>
  subnets.length === 1 || family === 4 ? name : `${name}_v6`

/** One instance for each network and family that has VIPs. */
const instancesOf = (
  wish: Wish,
  networks: readonly Network[],
  vips: readonly Vip[],
): readonly VrrpInstance[] =>
  networks.flatMap((network) =>
    network.subnets.flatMap(({ family }, index): readonly VrrpInstance[] => {
      const own = vips.filter((vip) => vip.network === network.name && vip.family === family)
      const given = wish.networks[network.name]?.virtual_router_id ?? []
      const virtualRouterId =
        given[index] ?? given[0] ?? numberFrom([wish.cluster, network.name, family], 255) + 1
      const name = instanceName(network, family)
      return own.length === 0
        ? []
        : [{ name, network: network.name, family, virtualRouterId, vips: own }]
    }),
  )

const STATES = ['master', 'backup', 'fault', 'stop', 'any'] as const

const notifyOf = ({ vrrp }: Wish, origin: Origin): readonly Notify[] =>
  STATES.flatMap((on) => {
    const wish = vrrp.notify[on]
    return wish === undefined ? [] : [{ on, program: programOf(wish, origin) }]
  })

/** Its master is the instance beside it, or else the first: one sync group moves them all. */
const syncDaemonOf = (wish: Wish, instances: readonly VrrpInstance[]): SyncDaemon | undefined => {
  const given = wish.vrrp.lvs_sync_daemon
  const instance = instances.find(({ network }) => network === given?.network) ?? instances[0]
  if (given === undefined || instance === undefined) return undefined
  const id = given.id ?? numberFrom([wish.cluster, 'lvs_sync_daemon'], 255) + 1
  return { network: given.network, instance: instance.name, id }
}

/** How the routers agree on who is active, every default filled in; the password is opened later. */
export const vrrpOf = (
  wish: Wish,
  { networks, vips }: { readonly networks: readonly Network[]; readonly vips: readonly Vip[] },
  origin: Origin,
): Vrrp => {
  const { vrrp } = wish
  const instances = instancesOf(wish, networks, vips)
  return {
    advertInt: vrrp.advert_int,
    authPass: undefined,
    instances,
    unicast: vrrp.unicast,
    nopreempt: vrrp.nopreempt,
    preemptDelay: vrrp.preempt_delay,
    trackNetworks: vrrp.track_networks,
    notify: notifyOf(wish, origin),
    syncDaemon: syncDaemonOf(wish, instances),
    vmac: vrrp.vmac,
    garp: {
      masterDelay: vrrp.garp.master_delay,
      masterRepeat: vrrp.garp.master_repeat,
      masterRefresh: vrrp.garp.master_refresh,
      masterRefreshRepeat: vrrp.garp.master_refresh_repeat,
      interval: vrrp.garp.interval,
    },
  }
}
