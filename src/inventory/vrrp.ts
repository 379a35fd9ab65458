import type { Secret } from '../secret.ts'
import type { Family, Vip } from './network.ts'
import type { Program } from './program.ts'

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

/** keepalived's gratuitous ARP settings, in its own words; undefined: its default. */
export interface Garp {
  /** Seconds after becoming master until the second burst. */
  readonly masterDelay: number | undefined
  /** Messages of a burst. */
  readonly masterRepeat: number | undefined
  /** Seconds between refreshes while master; 0: none. */
  readonly masterRefresh: number | undefined
  readonly masterRefreshRepeat: number | undefined
  /** Seconds between two messages on an interface; may be a fraction. */
  readonly interval: number | undefined
}

/** What keepalived runs when a router changes its state. */
export interface Notify {
  readonly on: 'master' | 'backup' | 'fault' | 'stop' | 'any'
  readonly program: Program
}

/** keepalived's lvs_sync_daemon: the backup router learns the connections of the active one. */
export interface SyncDaemon {
  /** The network over whose card it multicasts. */
  readonly network: string
  /** The VRRP instance whose master sends. */
  readonly instance: string
  /** 0 to 255; the routers of one cluster share it. */
  readonly id: number
}

export interface Vrrp {
  /** Seconds between adverts. */
  readonly advertInt: number
  /** At most 8 characters count (keepalived.conf(5)); IPv4 only. */
  readonly authPass: Secret | undefined
  readonly instances: readonly VrrpInstance[]
  /** Adverts go to each other router's own address instead of to the multicast group. */
  readonly unicast: boolean
  readonly nopreempt: boolean
  /** Seconds after its start before a router with a higher priority takes over. */
  readonly preemptDelay: number | undefined
  /** Networks; an instance fails when the router's card on one of them does. */
  readonly trackNetworks: readonly string[]
  readonly notify: readonly Notify[]
  readonly syncDaemon: SyncDaemon | undefined
  /** The VIPs have RFC 5798's virtual MAC address (use_vmac). */
  readonly vmac: boolean
  readonly garp: Garp
}
