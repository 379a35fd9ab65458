import type { ManagedHost } from '../inventory/cluster.ts'
import type { Firewall, Platform } from '../platform.ts'

/** What filters and marks this host's packets: the inventory's word, else what is there, else what today's systems have. */
export const filterTool = (host: ManagedHost, platform: Platform): Firewall =>
  host.firewall ?? platform.firewall ?? 'nftables'
