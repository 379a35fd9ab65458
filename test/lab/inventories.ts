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

type RouterName = 'lb1' | 'lb2' | 'lb3'
type RealServerName = 'rs1' | 'rs2' | 'rs3'

/** What differs between the inventories of one NAT cluster. */
export interface NatWish {
  readonly routers?: readonly RouterName[]
  /** The pool, in this order, each with its weight. */
  readonly weights: Readonly<Partial<Record<RealServerName, number>>>
  /** Beside the pool: ours to provision, and nothing is sent to them. */
  readonly idle?: readonly RealServerName[]
  readonly scheduler?: string
  /** A second service on the first VIP: port 443. */
  readonly https?: boolean
  /** A second VIP, with a service on it. */
  readonly other?: boolean
  readonly otherPassword?: boolean
  readonly drainSeconds?: number
  /** Over the private network. */
  readonly syncDaemon?: boolean
  /** Lines of keepalived.conf for the web service. */
  readonly extra?: string
}

/** Where the cluster of `natCluster` answers. */
export const web = {
  vip: '203.0.113.10',
  otherVip: '203.0.113.11',
  inside: '10.11.12.10',
  url: 'http://203.0.113.10',
  otherUrl: 'http://203.0.113.11',
} as const

const natRouter = (name: RouterName): string => {
  const number = Number(name.at(-1))
  const end = String(10 - number)
  return `  ${name}:
    ssh: 192.0.2.${String(10 + number)}
    priority: ${String(101 - number)}
    interfaces:
      eth0: { network: public, address: 203.0.113.${end} }
      eth1: { network: private, address: 10.11.12.${end} }`
}

const natServer = (name: RealServerName, weight: number | undefined): string => {
  const number = Number(name.at(-1))
  const weighed = weight === undefined ? '' : ` weight: ${String(weight)},`
  return `  ${name}: { ssh: 192.0.2.${String(20 + number)},${weighed} interfaces: { eth0: { network: private, address: 10.11.12.${String(19 + number)} } } }`
}

const natService = (
  name: string,
  vip: string,
  port: number,
  { weights, scheduler = 'wrr', extra }: NatWish,
): string => `  ${name}:
    vip: ${vip}
    port: ${String(port)}
    scheduler: ${scheduler}
    delay_loop: 1
    real_servers: [${Object.keys(weights).join(', ')}]
    check: { http: { port: 80, path: /healthz, status: 200, connect_timeout: 3 } }${extra === undefined || name !== 'web' ? '' : `\n    extra: |\n      ${extra}`}`

/** The NAT cluster of the guide in one of many states; each differs from another only in what was said. */
export const natCluster = (wish: NatWish): string => {
  const { routers = ['lb1', 'lb2'], weights, idle = [], drainSeconds, syncDaemon } = wish
  const servers = [
    ...Object.entries(weights).map(([name, weight]) => natServer(name as RealServerName, weight)),
    ...idle.map((name) => natServer(name, undefined)),
  ].sort()
  return [
    'cluster: web',
    'forwarding: nat',
    ...(drainSeconds === undefined ? [] : [`drain: { timeout: ${String(drainSeconds)} }`]),
    'networks:',
    '  public: { subnet: 203.0.113.0/24, gateway: 203.0.113.254 }',
    '  private: { subnet: 10.11.12.0/24, gateway: inside }',
    'vips:',
    `  www: ${web.vip}`,
    `  inside: ${web.inside}`,
    ...(wish.other === true ? [`  other: ${web.otherVip}`] : []),
    'vrrp:',
    `  auth_pass: ${wish.otherPassword === true ? '{ command: [echo, other456] }' : '{ env: VRRP_PASS }'}`,
    ...(syncDaemon === true ? ['  lvs_sync_daemon: { network: private }'] : []),
    'routers:',
    ...routers.map(natRouter),
    'real_servers:',
    ...servers,
    'services:',
    natService('web', 'www', 80, wish),
    ...(wish.https === true ? [natService('https', 'www', 443, wish)] : []),
    ...(wish.other === true ? [natService('other', 'other', 80, wish)] : []),
    '',
  ].join('\n')
}
