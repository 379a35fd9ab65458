/** How big an inventory is to be. */
export interface Large {
  readonly servers: number
  readonly services: number
  readonly forwarding: 'nat' | 'direct'
  /** Real servers in each pool; absent: all of them, as an inventory that says nothing has it. */
  readonly pool?: number
  /** How a host is reached, in the inventory's words, by its name and its number from 0, routers first. */
  readonly ssh?: (name: string, n: number) => string
}

const PORTS_OF_A_VIP = 10

const lines = (count: number, line: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => `  ${line(n)}\n`).join('')

/** The nth address of a /16. */
const within = (network: string, n: number): string =>
  `${network}.${String(n >> 8)}.${String(n & 255)}`

const networks: Readonly<Record<Large['forwarding'], string>> = {
  nat: `  public:  { subnet: 198.18.0.0/16, gateway: 198.18.255.254 }
  private: { subnet: 10.20.0.0/16, gateway: inside }
`,
  direct: `  public:  { subnet: 198.18.0.0/16, gateway: 198.18.255.254 }
`,
}

/** `count` names of a ring of `all`, each pool beginning a little further on, so that every server is in some. */
const members = (all: number, count: number, pool: number): string =>
  Array.from({ length: count }, (_, n) => `rs${String(((pool * 7 + n) % all) + 1)}`).join(', ')

/**
 * The text of an inventory of any size: two routers, a VIP for every ten services, and real servers of one card each,
 * behind the VIP `inside` (NAT) or beside the VIPs (direct routing).
 */
export const largeInventory = ({ servers, services, forwarding, pool, ssh }: Large): string => {
  const isNat = forwarding === 'nat'
  const reached = (name: string, n: number): string =>
    ssh === undefined ? '' : `ssh: ${ssh(name, n)}, `
  const router = (n: number): string => {
    const name = `lb${String(n + 1)}`
    const inner = isNat ? `, eth1: { network: private, address: ${within('10.20', n + 11)} }` : ''
    return `${name}: { ${reached(name, n)}priority: ${String(100 - n)}, interfaces: { eth0: { network: public, address: ${within('198.18', n + 11)} }${inner} } }`
  }
  const server = (n: number): string => {
    const name = `rs${String(n + 1)}`
    const card = isNat
      ? `network: private, address: ${within('10.20', n + 256)}`
      : `network: public, address: ${within('198.18', n + 256 * 64)}`
    return `${name}: { ${reached(name, n + 2)}interfaces: { eth0: { ${card} } } }`
  }
  const service = (n: number): string => {
    const [vip, port] = [Math.floor(n / PORTS_OF_A_VIP) + 1, (n % PORTS_OF_A_VIP) + 8000]
    const some = pool === undefined ? '' : `, real_servers: [${members(servers, pool, n)}]`
    return `s${String(n + 1)}: { vip: v${String(vip)}, port: ${String(port)}, scheduler: wlc${some} }`
  }
  const vips = Math.ceil(services / PORTS_OF_A_VIP)
  return [
    `cluster: large\nforwarding: ${forwarding}\nnetworks:\n${networks[forwarding]}`,
    `vips:\n${lines(vips, (n) => `v${String(n + 1)}: ${within('198.18', n + 256)}`)}`,
    isNat ? '  inside: 10.20.255.254\n' : '',
    `routers:\n${lines(2, router)}`,
    `real_servers:\n${lines(servers, server)}`,
    `services:\n${lines(services, service)}`,
  ].join('')
}
