import type { Check } from './check.ts'
import type { Forwarding, Protocol, Vip } from './network.ts'
import type { RawLine } from './settings.ts'

/** One real server as one service sees it. */
export interface PoolMember {
  readonly name: string
  readonly address: string
  /** 0: the port that the client asked for, which is how a firewall mark with several ports is balanced. */
  readonly port: number
  /** 0 to 65535; 0 gets no new connections. */
  readonly weight: number
  /** Where it is not the service's (lvs_method of the real_server). */
  readonly forwarding: Forwarding
  /** A dead real server keeps its place with weight 0. */
  readonly inhibitOnFailure: boolean
}

/** Ports from `first` to `last`; one port: both are the same. */
export interface PortRange {
  readonly first: number
  readonly last: number
}

/** Who answers when every real server is down. */
export interface SorryServer {
  readonly address: string
  /** 0: the port that the client asked for. */
  readonly port: number
  /** One that is a real server of the pool too is reached as it is there, any other as the service's are. */
  readonly forwarding: Forwarding
}

/** One `virtual_server` block: a VIP and a port, or a firewall mark that stands for several ports. */
export interface VirtualServer {
  readonly vip: Vip
  /** undefined: the mark stands for it. */
  readonly port: number | undefined
  /** 1 to 2147483647; given, or derived for several ports. */
  readonly firewallMark: number | undefined
  /** A netmask (IPv4: 255.255.255.0) or a prefix length (IPv6: 64): clients that stay together. */
  readonly persistenceGranularity: string | undefined
  /** The real servers of the VIP's own family. */
  readonly pool: readonly PoolMember[]
  /** Only where its family is the VIP's. */
  readonly sorryServer: SorryServer | undefined
}

/** FTP, whose data connections IPVS must keep with their control connection. */
export interface Ftp {
  /** The real servers' pasv_min_port to pasv_max_port; undefined: no passive mode. */
  readonly passivePorts: PortRange | undefined
  /** Real servers open data connections from port 20. NAT: they leave with the router's address. */
  readonly active: boolean
}

export interface Service {
  readonly name: string
  readonly protocol: Protocol
  /** Every port that belongs to it; with `ftp`, its passive ports too. */
  readonly ports: readonly PortRange[]
  readonly forwarding: Forwarding
  /** keepalived's lvs_sched: rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, mh, fo, ovf, twos. */
  readonly scheduler: string
  /** keepalived's own words: sh-port, sh-fallback, mh-port, mh-fallback, flag-1, flag-2, flag-3. */
  readonly schedulerFlags: readonly string[]
  /** Seconds between checks. */
  readonly delayLoop: number
  /** Seconds; undefined: no persistence. */
  readonly persistenceTimeout: number | undefined
  /** keepalived's persistence_engine: sip. */
  readonly persistenceEngine: string | undefined
  readonly ftp: Ftp | undefined
  /** One-packet scheduling: every datagram is balanced for itself (UDP). */
  readonly ops: boolean
  /** The Host header of HTTP checks that say none. */
  readonly virtualhost: string | undefined
  /** Real servers count as dead until their first check (alpha). */
  readonly alpha: boolean
  /** Real servers are taken down, with their notices, when keepalived stops (omega). */
  readonly omega: boolean
  /** Sum of living weights below which the VIP is given up; undefined: keepalived's 1. */
  readonly quorum: number | undefined
  readonly hysteresis: number | undefined
  readonly inhibitOnFailure: boolean
  readonly retry: number | undefined
  /** Seconds. */
  readonly delayBeforeRetry: number | undefined
  /** A real server is alive when all of them say so; empty: none. */
  readonly checks: readonly Check[]
  /** Lines of keepalived.conf(5) for each of its virtual_server blocks, as they are. */
  readonly extra: readonly RawLine[]
  readonly virtualServers: readonly VirtualServer[]
}
