import fc from 'fast-check'

import type { Site } from './site.ts'

interface Service {
  readonly vip: 'www' | 'shop'
  readonly port: number
  readonly ports: boolean
  readonly scheduler: string
  readonly persistence: number | undefined
  readonly weights: readonly number[]
}

// UDP: nobody listens on a toy, and what is new to a pool must answer where a connection can tell.

/** A cluster of lb1, rs1 and rs2 as an operator may have it at one time or another. */
export interface AnyCluster {
  readonly forwarding: 'nat' | 'direct'
  readonly arp: readonly ('sysctl' | 'nftables')[]
  readonly firewall: 'iptables' | 'nftables'
  readonly advertInt: number
  readonly gateway: string
  readonly services: readonly Service[]
}

const service: fc.Arbitrary<Service> = fc.record({
  vip: fc.constantFrom('www', 'shop'),
  port: fc.constantFrom(80, 443, 8080),
  ports: fc.boolean(),
  scheduler: fc.constantFrom('rr', 'wrr', 'lc'),
  persistence: fc.constantFrom(undefined, 60, 300),
  weights: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }),
})

export const anyCluster: fc.Arbitrary<AnyCluster> = fc.record({
  forwarding: fc.constantFrom('nat', 'direct'),
  arp: fc.tuple(fc.constantFrom('sysctl', 'nftables'), fc.constantFrom('sysctl', 'nftables')),
  firewall: fc.constantFrom('iptables', 'nftables'),
  advertInt: fc.integer({ min: 1, max: 2 }),
  gateway: fc.constantFrom('203.0.113.254', '203.0.113.253'),
  services: fc.uniqueArray(service, {
    minLength: 1,
    maxLength: 3,
    selector: ({ vip, ports }) => `${vip} ${String(ports)}`,
  }),
})

const addresses = { www: '203.0.113.10', shop: '203.0.113.11' } as const

const serviceText = (
  { vip, port, ports, scheduler, persistence, weights }: Service,
  n: number,
): string => `  s${String(n)}:
    vip: ${vip}
    ${ports ? `ports: [${String(port + 1000)}, ${String(port + 1001)}]` : `port: ${String(port)}`}
    scheduler: ${scheduler}
${persistence === undefined ? '' : `    persistence_timeout: ${String(persistence)}\n`}    real_servers: { ${weights.map((weight, m) => `rs${String(m + 1)}: { weight: ${String(weight)} }`).join(', ')} }
    protocol: udp
    check: none
`

/** Its inventory for a site; the path. */
export const inventoryOf = (site: Site, name: string, cluster: AnyCluster): string => {
  const { forwarding, arp, firewall, advertInt, gateway, services } = cluster
  const nat = forwarding === 'nat'
  const used = [...new Set(services.map(({ vip }) => vip))]
  const realServer = (n: number): string =>
    `  rs${String(n)}: { ssh: ${site.sshOf(`rs${String(n)}`)}, ${nat ? '' : `arp: ${arp[n - 1] ?? 'sysctl'}, `}interfaces: { eth0: { network: ${nat ? 'private' : 'public'}, address: ${nat ? '10.11.12' : '203.0.113'}.2${String(n)} } } }`
  return site.put(
    `${name}.yaml`,
    `cluster: toys
forwarding: ${forwarding}
networks:
  public: { subnet: 203.0.113.0/24, gateway: ${gateway} }
${nat ? '  private: { subnet: 10.11.12.0/24, gateway: inside }\n' : ''}vips:
${used.map((vip) => `  ${vip}: ${addresses[vip]}`).join('\n')}
${nat ? '  inside: 10.11.12.10\n' : ''}vrrp:
  auth_pass: { env: VRRP_PASS }
  advert_int: ${String(advertInt)}
routers:
  lb1:
    ssh: ${site.sshOf('lb1')}
    priority: 100
    firewall: ${firewall}
    interfaces:
      eth0: { network: public, address: 203.0.113.9 }
${nat ? '      eth1: { network: private, address: 10.11.12.9 }\n' : ''}real_servers:
${realServer(1)}
${realServer(2)}
services:
${services.map(serviceText).join('')}`,
  )
}
