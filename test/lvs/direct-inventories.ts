import type { ArpMethod } from '../../src/inventory/network.ts'

/**
 * Load Balancer Administration (RHEL 7) 3.2: a real server whose VIP is 192.168.76.24 on eth0. The guide names no
 * other address of that network.
 */
export const guideRealServer = (arp: ArpMethod, services = webOnly): string => `cluster: guide
forwarding: direct
arp: ${arp}
networks:
  lan: { subnet: 192.168.76.0/24, gateway: 192.168.76.254 }
vips: { www: 192.168.76.24 }
routers:
  lb1: { priority: 100, interfaces: { eth0: { network: lan, address: 192.168.76.9 } } }
  lb2: { priority: 99, interfaces: { eth0: { network: lan, address: 192.168.76.8 } } }
real_servers:
  rs1: { interfaces: { eth0: { network: lan, address: 192.168.76.21 } } }
  rs2: { interfaces: { eth0: { network: lan, address: 192.168.76.22 } } }
services:
${services}`

const webOnly = '  http: { vip: www, port: 80 }\n'

/** Both families; rs1 has a second card on the VIPs' network, a third elsewhere and a fourth that is off. */
export const directBoth = (arp: ArpMethod): string => `cluster: both
forwarding: direct
arp: ${arp}
networks:
  lan: { subnet: [192.168.76.0/24, "2001:db8:76::/64"] }
  back: { subnet: 10.0.0.0/24, gateway: 10.0.0.254 }
vips: { www: 192.168.76.24, www6: "2001:db8:76::24", other: 192.168.76.25 }
routers:
  lb1: { priority: 100, interfaces: { eth0: { network: lan, address: [192.168.76.9, "2001:db8:76::9"] } } }
  lb2: { priority: 99, interfaces: { eth0: { network: lan, address: [192.168.76.8, "2001:db8:76::8"] } } }
real_servers:
  rs1:
    interfaces:
      eth0.76: { network: lan, address: [192.168.76.21, "2001:db8:76::21"] }
      eth1: { network: back, address: 10.0.0.21 }
      eth2: { enabled: false }
  rs2: { interfaces: { eth0: { network: lan, address: [192.168.76.22, "2001:db8:76::22"] } } }
services:
  web: { vip: [www, www6], ports: [443, 80, "8000-8010"], persistence_timeout: 300 }
  alt: { vip: www, port: 8080, real_servers: [rs1] }
  dns: { vip: www, port: 53, protocol: udp, real_servers: [rs1] }
  sig: { vip: www6, port: 3868, protocol: sctp, check: none, real_servers: [rs1] }
  far: { vip: other, port: 25, real_servers: [rs2], sorry_server: { address: 192.168.76.21 } }
`

/** Real servers behind a tunnel, in both families. */
export const tunnelBoth = (arp: ArpMethod): string => `cluster: far
forwarding: tunnel
arp: ${arp}
networks:
  public: { subnet: [203.0.113.0/24, "2001:db8:113::/64"], gateway: [203.0.113.254, "2001:db8:113::fe"] }
  remote: { subnet: [198.51.100.0/24, "2001:db8:100::/64"], gateway: [198.51.100.1, "2001:db8:100::1"] }
vips: { www: 203.0.113.10, www6: "2001:db8:113::10" }
routers:
  lb1: { priority: 100, interfaces: { eth0: { network: public, address: [203.0.113.9, "2001:db8:113::9"] } } }
  lb2: { priority: 99, interfaces: { eth0: { network: public, address: [203.0.113.8, "2001:db8:113::8"] } } }
real_servers:
  rs1: { interfaces: { eth0: { network: remote, address: [198.51.100.21, "2001:db8:100::21"] } } }
  rs2: { interfaces: { eth0: { network: remote, address: 198.51.100.22 } } }
services:
  http: { vip: [www, www6], port: 80 }
`
