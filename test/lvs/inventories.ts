import { readInventory } from '../../src/inventory/read.ts'
import type { Cluster } from '../../src/inventory/cluster.ts'
import { Secret } from '../../src/secret.ts'

/** The cluster of an inventory's text; its password is the guide's. */
export const clusterOf = (text: string): Cluster =>
  readInventory('inventory.yaml', text, { home: '/root', secret: () => new Secret('passw123') })
    .cluster

/** Load Balancer Administration 3.1, with a backup router that the guide leaves out; RHEL 7's or RHEL 6's numbers. */
export const guideNetwork = (publicNet: '203.0.113' | '192.168.26'): string => `cluster: guide
forwarding: nat
networks:
  public: { subnet: ${publicNet}.0/24, gateway: ${publicNet}.254 }
  private: { subnet: 10.11.12.0/24, gateway: inside }
vips: { www: ${publicNet}.10, inside: 10.11.12.10 }
routers:
  lb1:
    priority: 100
    interfaces:
      eth0: { network: public, address: ${publicNet}.9 }
      eth1: { network: private, address: 10.11.12.9 }
      eth2: { enabled: false }
  lb2:
    priority: 99
    interfaces:
      eth0: { network: public, address: ${publicNet}.8 }
      eth1: { network: private, address: 10.11.12.8 }
real_servers:
  rs1: { interfaces: { eth0: { network: private, address: 10.11.12.1 } } }
services:
  http: { vip: www, port: 80 }
`

/** The same in both families. */
export const dualStack = guideNetwork('203.0.113')
  .replace(
    '203.0.113.0/24, gateway: 203.0.113.254',
    '[203.0.113.0/24, "2001:db8:113::/64"], gateway: [203.0.113.254, "2001:db8:113::fe"]',
  )
  .replace(
    '10.11.12.0/24, gateway: inside',
    '[10.11.12.0/24, "2001:db8:12::/64"], gateway: [inside, inside6]',
  )
  .replace(
    'inside: 10.11.12.10 }',
    'inside: 10.11.12.10, www6: "2001:db8:113::10", inside6: "2001:db8:12::10" }',
  )
  .replace(/address: (203\.0\.113|10\.11\.12)\.(\d)\b/g, (_, net: string, n: string) =>
    net === '10.11.12'
      ? `address: [10.11.12.${n}, "2001:db8:12::${n}"]`
      : `address: [203.0.113.${n}, "2001:db8:113::${n}"]`,
  )
  .replace('vip: www,', 'vip: [www, www6],')

/** Load Balancer Administration 4.1: keepalived for NAT. */
export const guideKeepalived = `cluster: VG1
forwarding: nat
keepalived:
  notification_email: admin@example.com
  notification_email_from: noreply@example.com
  smtp_server: 127.0.0.1
  smtp_connect_timeout: 60
networks:
  RH_EXT: { subnet: 10.0.0.0/24, virtual_router_id: 50 }
  RH_INT: { subnet: 192.168.1.0/24, gateway: inside, virtual_router_id: 2 }
vips: { www: 10.0.0.1, inside: 192.168.1.1 }
vrrp: { advert_int: 1, auth_pass: { env: VRRP_PASS } }
routers:
  LB1:
    priority: 100
    interfaces:
      eth0: { network: RH_EXT, address: 10.0.0.11 }
      eth1: { network: RH_INT, address: 192.168.1.11 }
  LB2:
    priority: 99
    interfaces:
      eth0: { network: RH_EXT, address: 10.0.0.12 }
      eth1: { network: RH_INT, address: 192.168.1.12 }
real_servers:
  rs1: { managed: false, address: 192.168.1.20 }
  rs2: { managed: false, address: 192.168.1.21 }
  rs3: { managed: false, address: 192.168.1.22 }
  rs4: { managed: false, address: 192.168.1.23 }
services:
  http:
    vip: www
    port: 80
    delay_loop: 6
    scheduler: rr
    check: { tcp: { connect_timeout: 10 } }
`

/** Every kind of check, a firewall mark, a sorry server, persistence, UDP. */
export const everything = `${dualStack.slice(0, dualStack.indexOf('services:'))}services:
  web:
    vip: [www, www6]
    ports: [80, 443]
    scheduler: wlc
    persistence_timeout: 300
    check: { http: { port: 80, path: "/healthz?full=1", status: 204, connect_timeout: 3 } }
    sorry_server: { address: 10.11.12.77 }
  api:
    vip: www
    port: 8443
    check: { https: {} }
    real_servers: { rs1: { port: 9443, weight: 7 } }
  dns:
    vip: www
    port: 53
    protocol: udp
    scheduler: rr
    check: { dns: { name: example.com } }
  plain:
    vip: www
    port: 25
    check: none
`
