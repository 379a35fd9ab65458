import type { Secret } from '../secret.ts'

// What an inventory means once it is read, checked and everything derivable is derived. Plain data.
// Addresses are canonical: dotted quads, and IPv6 in the short lower-case form of RFC 5952.

export type Family = 4 | 6
export type Forwarding = 'nat' | 'direct' | 'tunnel'
export type Provider = 'ifcfg' | 'ifupdown'
export type ArpMethod = 'arptables' | 'nftables' | 'sysctl' | 'firewalld' | 'iptables'

/** An address as a card holds it: `10.11.12.20/24`. */
export interface Address {
  readonly address: string
  /** Bits of the network: 0 to 32, or 0 to 128. */
  readonly prefix: number
  readonly family: Family
}

export interface Network {
  readonly name: string
  /** At most one of each family; `address` is the network's own: 203.0.113.0. */
  readonly subnets: readonly Address[]
  /** Default gateways that stand outside the cluster, one of each family at most. */
  readonly gateways: readonly string[]
  /** VIPs, by name, through which the real servers of this network answer (NAT). */
  readonly gatewayVips: readonly string[]
}

export interface Vip {
  readonly name: string
  readonly address: string
  readonly family: Family
  /** The network whose subnet holds it; its interface on each router carries it. */
  readonly network: string
}

/** One VRRP instance: the VIPs of one family on one network. RFC 3768 (IPv4, version 2), RFC 5798 (IPv6, version 3). */
export interface VrrpInstance {
  /** `public` or, for the second family of a network, `public_v6`. */
  readonly name: string
  readonly network: string
  readonly family: Family
  /** 1 to 255; given, or derived from cluster, network and family, so that it never moves. */
  readonly virtualRouterId: number
  readonly vips: readonly Vip[]
}

export interface Vrrp {
  /** Seconds between adverts. */
  readonly advertInt: number
  /** At most 8 characters count (keepalived.conf(5)); IPv4 only. */
  readonly authPass: Secret | undefined
  readonly instances: readonly VrrpInstance[]
}

/** keepalived's global_defs that a cluster may set. */
export interface GlobalDefs {
  readonly notificationEmail: readonly string[]
  readonly notificationEmailFrom: string | undefined
  readonly smtpServer: string | undefined
  /** Seconds. */
  readonly smtpConnectTimeout: number | undefined
}

/** How to reach a host, in OpenSSH's words; every default is filled in. */
export interface Ssh {
  readonly host: string
  readonly port: number
  readonly user: string
  /** `~` is expanded, other paths start at the inventory; empty: the agent and OpenSSH's own. */
  readonly identityFiles: readonly string[]
  /** Paths as in `identityFiles`; at least one. */
  readonly userKnownHostsFiles: readonly string[]
  readonly strictHostKeyChecking: 'yes' | 'accept-new'
  /** Seconds. */
  readonly connectTimeout: number
  /** Root's rights by `sudo -n`. */
  readonly become: boolean
  /** The hosts on the way, nearest first; each is reached by this same kind of wish. */
  readonly proxyJump: readonly Ssh[]
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

/** One TCP connection and nothing more. keepalived: TCP_CHECK. */
export interface TcpCheck {
  readonly kind: 'tcp'
  /** undefined: the real server's own port; given where a firewall mark stands for ports. */
  readonly port: number | undefined
  /** Seconds; undefined: keepalived's default. */
  readonly connectTimeout: number | undefined
}

/** keepalived: HTTP_GET or SSL_GET. */
export interface HttpCheck {
  readonly kind: 'http' | 'https'
  readonly port: number | undefined
  readonly path: string
  readonly status: number | undefined
  readonly connectTimeout: number | undefined
}

/** keepalived: DNS_CHECK. */
export interface DnsCheck {
  readonly kind: 'dns'
  readonly port: number | undefined
  readonly name: string
  readonly connectTimeout: number | undefined
}

export type Check = TcpCheck | HttpCheck | DnsCheck

/** One real server as one service sees it. */
export interface PoolMember {
  readonly name: string
  readonly address: string
  /** 0: the port that the client asked for, which is how a firewall mark with several ports is balanced. */
  readonly port: number
  /** 0 to 65535; 0 gets no new connections. */
  readonly weight: number
}

/** One `virtual_server` block: a VIP and a port, or a firewall mark that stands for several ports. */
export interface VirtualServer {
  readonly vip: Vip
  /** undefined: the mark stands for it. */
  readonly port: number | undefined
  readonly firewallMark: number | undefined
  /** The real servers of the VIP's own family. */
  readonly pool: readonly PoolMember[]
  /** Only where its family is the VIP's. */
  readonly sorryServer: { readonly address: string; readonly port: number } | undefined
}

export interface Service {
  readonly name: string
  readonly protocol: 'tcp' | 'udp'
  readonly ports: readonly number[]
  readonly forwarding: Forwarding
  /** keepalived's lvs_sched: rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, mh, fo, ovf, twos. */
  readonly scheduler: string
  /** Seconds between checks. */
  readonly delayLoop: number
  /** Seconds; undefined: no persistence. */
  readonly persistenceTimeout: number | undefined
  readonly check: Check | undefined
  readonly virtualServers: readonly VirtualServer[]
}

/** A whole inventory, understood. */
export interface Cluster {
  readonly name: string
  readonly forwarding: Forwarding
  readonly networks: readonly Network[]
  readonly vips: readonly Vip[]
  readonly vrrp: Vrrp
  readonly globalDefs: GlobalDefs
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
