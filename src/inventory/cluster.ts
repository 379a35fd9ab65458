import type { Secret } from '../secret.ts'
import type { Address, ArpMethod, Firewall, Forwarding, Network, Provider, Vip } from './network.ts'
import { onceEach } from '../once-each.ts'
import type { Service, VirtualServer } from './service.ts'
import type { Drain, GlobalDefs, KernelSettings } from './settings.ts'
import type { Vrrp } from './vrrp.ts'

// What an inventory means once it is read, checked and everything derivable is derived. Plain data.

/** By what the wire reaches a host: lbprov's own SSH, the system's ssh, or this machine's own shell. */
export type Transport = 'ssh2' | 'openssh' | 'local'

/** How whoever logs in gets root's rights. */
export interface Become {
  readonly method: 'sudo' | 'doas'
  /** Whose rights: root, or another name of uid 0. */
  readonly user: string
  /** Undefined: the person at the terminal is asked, should the host want one. */
  readonly password: Secret | undefined
}

/** How a host is reached, as far as the inventory says it: ssh_config(5) says the rest. */
export interface Ssh {
  /** As it would be typed behind `ssh`. */
  readonly host: string
  readonly port: number | undefined
  readonly user: string | undefined
  /** `~` is expanded, other paths start at the inventory; empty: not said. */
  readonly identityFiles: readonly string[]
  /** Paths as in `identityFiles`; empty: not said. */
  readonly userKnownHostsFiles: readonly string[]
  readonly strictHostKeyChecking: 'yes' | 'accept-new' | undefined
  /** Seconds. */
  readonly connectTimeout: number | undefined
  readonly transport: Transport | undefined
  /** Undefined: who logs in is root. */
  readonly become: Become | undefined
  /** The hosts on the way, nearest first; each is reached by this same kind of wish. Undefined: not said. */
  readonly proxyJump: readonly Ssh[] | undefined
}

export interface Interface {
  /** `eth0`. */
  readonly device: string
  /** false: a card that must not come up by itself: `ONBOOT=no`; it has no addresses here. */
  readonly enabled: boolean
  readonly network: string | undefined
  readonly addresses: readonly Address[]
  /** Default gateways through this card, one of each family at most; derived unless given. */
  readonly gateways: readonly string[]
}

interface Host {
  readonly name: string
  readonly ssh: Ssh
  /** What keeps this host's network over a reboot; undefined: what the platform says. */
  readonly provider: Provider | undefined
  /** What filters and marks its packets; undefined: what the platform says. */
  readonly firewall: Firewall | undefined
  readonly interfaces: readonly Interface[]
}

export interface Router extends Host {
  readonly role: 'router'
  /** 1 to 255 (255: the address owner), no two alike. */
  readonly priority: number
}

export interface RealServer extends Host {
  readonly role: 'real_server'
  readonly arp: ArpMethod
}

export type ManagedHost = Router | RealServer

/** A whole inventory, understood. */
export interface Cluster {
  readonly name: string
  /** Names that it had before. */
  readonly renamedFrom: readonly string[]
  readonly forwarding: Forwarding
  readonly networks: readonly Network[]
  readonly vips: readonly Vip[]
  readonly vrrp: Vrrp
  readonly globalDefs: GlobalDefs
  readonly kernel: KernelSettings
  readonly drain: Drain
  /** In the inventory's order. */
  readonly routers: readonly Router[]
  /** Those that lbprov provisions; the others are only in the pools. */
  readonly realServers: readonly RealServer[]
  readonly services: readonly Service[]
}

/** Every host that lbprov reaches: routers, then real servers. */
export const hostsOf = (cluster: Cluster): readonly ManagedHost[] => [
  ...cluster.routers,
  ...cluster.realServers,
]

/** The pools of all virtual servers, each once: many services may have the same. */
export const poolsIn = onceEach(
  ({ services }: Cluster): ReadonlySet<VirtualServer['pool']> =>
    new Set(services.flatMap(({ virtualServers }) => virtualServers.map(({ pool }) => pool))),
)

/** A virtual server whose packets a real server answers as the VIP itself, and the address at which they reach it. */
export interface End {
  readonly service: Service
  readonly server: VirtualServer
  readonly address: string
  readonly forwarding: Exclude<Forwarding, 'nat'>
}

const endsByHost = onceEach((cluster: Cluster): ReadonlyMap<string, readonly End[]> => {
  const owners = new Map(
    cluster.realServers.flatMap(({ name, interfaces }) =>
      interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => [address, name])),
    ),
  )
  const ends = new Map<string, End[]>()
  for (const service of cluster.services) {
    for (const server of service.virtualServers) {
      const { pool, sorryServer: sorry } = server
      const own = sorry === undefined ? undefined : owners.get(sorry.address)
      const last = sorry === undefined || own === undefined ? [] : [{ ...sorry, name: own }]
      for (const { name, address, forwarding } of [...pool, ...last]) {
        if (forwarding === 'nat') continue
        const mine = ends.get(name) ?? []
        mine.push({ service, server, address, forwarding })
        ends.set(name, mine)
      }
    }
  }
  return ends
})

/** Where a real server answers as a VIP itself, by direct routing or tunnelling: in pools, and as the sorry server. */
export const endsOf = (cluster: Cluster, { name }: RealServer): readonly End[] =>
  endsByHost(cluster).get(name) ?? []
