import type { Cluster, RealServer } from '../inventory/cluster.ts'
import type { Platform } from '../platform.ts'
import type { DirectVip } from './direct-vips.ts'

/** For whom a real server keeps silent. On lo an IPv6 address is silent by itself: only IPv4 has ARP. */
export interface Silent {
  readonly cluster: Cluster
  readonly host: RealServer
  readonly platform: Platform
  /**
   * Of IPv4; empty: the method takes away what is ours, and nothing else. One that is another's card by now, or has
   * another source, is there twice: as it is wished, then as it was.
   */
  readonly vips: readonly DirectVip[]
  /**
   * None of them only leaves: what stands beside the rules, in files of its own, has no second stage that takes it away, so it
   * comes only where it stays.
   */
  readonly stays: boolean
}
