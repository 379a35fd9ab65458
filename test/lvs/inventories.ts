import { existsSync, readFileSync } from 'node:fs'

import { readInventory, type Reading } from '../../src/inventory/read.ts'
import type { Cluster } from '../../src/inventory/cluster.ts'
import { Secret } from '../../src/secret.ts'

/** What reading makes of an inventory's text beside the worked examples; its password is the guide's. */
export const readingOf = (text: string): Reading =>
  readInventory('inventory/inventory.yaml', text, {
    home: '/root',
    secret: () => new Secret('passw123'),
    source: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
  })

/** The cluster of an inventory's text. */
export const clusterOf = (text: string): Cluster => readingOf(text).cluster

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

/**
 * Load Balancer Administration 4.2: keepalived for direct routing. The guide's real servers are on another segment than
 * its VIP, which direct routing cannot reach: here the routers have a card there too.
 */
export const guideDirect = `cluster: guide
forwarding: direct
keepalived:
  notification_email: admin@example.com
  notification_email_from: noreply_admin@example.com
  smtp_server: 127.0.0.1
  smtp_connect_timeout: 60
networks:
  RH_1: { subnet: 172.31.0.0/24, virtual_router_id: 50 }
  lan: { subnet: 192.168.0.0/24 }
vips: { www: 172.31.0.1 }
vrrp: { advert_int: 1, auth_pass: { env: VRRP_PASS } }
routers:
  LB1:
    priority: 100
    interfaces:
      eth0: { network: RH_1, address: 172.31.0.11 }
      eth1: { network: lan, address: 192.168.0.11 }
  LB2:
    priority: 99
    interfaces:
      eth0: { network: RH_1, address: 172.31.0.12 }
      eth1: { network: lan, address: 192.168.0.12 }
real_servers:
  rs1: { managed: false, address: 192.168.0.1 }
  rs2: { managed: false, address: 192.168.0.2 }
  rs3: { managed: false, address: 192.168.0.3 }
services:
  http:
    vip: www
    port: 80
    delay_loop: 10
    scheduler: rr
    persistence_timeout: 9600
    check: { tcp: { connect_timeout: 10, port: 80 } }
`

/** Load Balancer Administration 3.3 and 3.4: HTTP and HTTPS by mark 80, FTP by mark 21. */
export const guideMarks = `${guideNetwork('203.0.113').split('services:')[0] ?? ''}services:
  web: { vip: www, ports: [80, 443], firewall_mark: 80, persistence_timeout: 300 }
  ftp:
    vip: www
    ftp: { passive_ports: "10000-20000", active: true }
    firewall_mark: 21
    persistence_timeout: 300
`

const timing = { retry: 0, delay_before_retry: 1, delay_loop: 7, warmup: 2 }
const everyWord = { connect_ip: '10.11.12.30', connect_timeout: 3, ...timing }
const pages = [
  { path: '/', status: '200-299 301' },
  { path: '/x', digest: '0'.repeat(32), virtualhost: 'a.b' },
]
const checks = [
  { tcp: { port: 81, ...everyWord } },
  { http: { port: 82, pages, virtualhost: 'c.d', ...everyWord } },
  { https: { port: 83, pages, virtualhost: 'c.d', sni: true, ...everyWord } },
  { smtp: { port: 84, helo_name: 'e.f', ...everyWord } },
  { dns: { port: 85, name: 'ns.example.com', type: 'AAAA', ...everyWord } },
  { udp: { port: 86, payload: '00ff01', require_reply: true, ...everyWord } },
  { ping: everyWord },
  { misc: { command: ['/bin/true', '%address'], timeout: 3, dynamic: true, ...timing } },
]

/** Every kind of check, with every word that it knows. JSON is YAML too. */
export const everyCheck = `${guideNetwork('203.0.113').split('services:')[0] ?? ''}services:
  all: { vip: www, port: 80, check: ${JSON.stringify(checks)} }
`

/** Every key that an inventory may have: the worked example, with its own scripts. */
export const kitchenSink = readFileSync('inventory/kitchen-sink.yaml', 'utf8')
