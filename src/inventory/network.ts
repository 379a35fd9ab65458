// What the networks of a cluster are. Addresses are canonical: dotted quads, and IPv6 in the short lower-case form
// of RFC 5952.

export type Family = 4 | 6
export type Forwarding = 'nat' | 'direct' | 'tunnel'
export type Provider = 'ifcfg' | 'ifupdown'
export type Firewall = 'firewalld' | 'iptables' | 'nftables'
export type Protocol = 'tcp' | 'udp' | 'sctp'
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
