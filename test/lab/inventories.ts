/** The words of `arp`. */
type ArpMethod = 'arptables' | 'nftables' | 'sysctl' | 'firewalld' | 'iptables'

/** Where the cluster of `directInventory` answers. */
export const shop = {
  4: '203.0.113.24',
  6: '2001:db8:113::24',
  urls: ['http://203.0.113.24/', 'http://[2001:db8:113::24]/'],
} as const

const realServer = (number: number, arp: ArpMethod): string => {
  const end = String(20 + number)
  const other = number === 2 ? '\n      eth1: { enabled: false }' : ''
  return `  rs${String(number)}:
    ssh: 192.0.2.${end}
    arp: ${arp}
    interfaces:
      eth0: { network: lan, address: [203.0.113.${end}, "2001:db8:113::${end}"] }${other}`
}

/**
 * Direct routing in both families to rs1, rs2 and rs3, each with its own way to keep silent. All checks ask for the
 * web page: the firewall of a real server may let in nothing else but what comes for the VIP.
 */
export const directInventory = (
  ...methods: readonly [rs1: ArpMethod, rs2: ArpMethod, rs3: ArpMethod]
): string => `cluster: shop
forwarding: direct

networks:
  lan: { subnet: [203.0.113.0/24, "2001:db8:113::/64"], gateway: [203.0.113.254, "2001:db8:113::1"] }

vips:
  shop: ${shop[4]}
  shop6: ${shop[6]}

vrrp:
  auth_pass: { env: VRRP_PASS }

routers:
  lb1: { ssh: 192.0.2.11, priority: 100, interfaces: { eth0: { network: lan, address: [203.0.113.9, "2001:db8:113::9"] } } }
  lb2: { ssh: 192.0.2.12, priority: 99, interfaces: { eth0: { network: lan, address: [203.0.113.8, "2001:db8:113::8"] } } }

real_servers:
${methods.map((arp, index) => realServer(index + 1, arp)).join('\n')}

services:
  web:
    vip: [shop, shop6]
    port: 80
    scheduler: rr
    check: { http: { path: /healthz, status: 200, connect_timeout: 3 } }
  sticky:
    vip: shop
    port: 443
    scheduler: rr
    persistence_timeout: 300
    check: { http: { port: 80, path: /healthz, status: 200, connect_timeout: 3 } }
  dns:
    vip: shop
    port: 53
    protocol: udp
    scheduler: rr
    ops: true
    check: { http: { port: 80, path: /healthz, status: 200, connect_timeout: 3 } }
`

/** tunnel.yaml in both families. */
export const inBothFamilies = (text: string): string =>
  text
    .replace(
      /^ {2}public: .*\n {2}remote: .*$/m,
      `  public: { subnet: [203.0.113.0/24, "2001:db8:113::/64"], gateway: [203.0.113.254, "2001:db8:113::1"] }
  remote: { subnet: [198.51.100.0/24, "2001:db8:198::/64"], gateway: [198.51.100.1, "2001:db8:198::1"] }`,
    )
    .replace('  www: 203.0.113.10\n', '  www: 203.0.113.10\n  www6: 2001:db8:113::10\n')
    .replace(/address: 203\.0\.113\.(\d+)/g, 'address: [203.0.113.$1, "2001:db8:113::$1"]')
    .replace(/address: 198\.51\.100\.(\d+)/g, 'address: [198.51.100.$1, "2001:db8:198::$1"]')
    .replace('vip: www\n', 'vip: [www, www6]\n')
