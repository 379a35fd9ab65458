import { mkdirSync, writeFileSync } from 'node:fs'

import type { Topology } from './cell.ts'
import type { FleetHost } from './fleet.ts'

/** How hosts are logged in to. */
export interface Ways {
  readonly keyFile: string
  readonly knownHosts: string
  readonly port: number
}

export const isRouter = ({ name }: FleetHost): boolean => name.startsWith('lb')

/** Addresses inside the cluster: the routers' begin at .0.8, as in the guide, the real servers' at .1.1. */
export const insideOf = ({
  name,
}: FleetHost): { readonly front: string; readonly back: string } => {
  const n = Number(name.slice(2))
  if (name.startsWith('lb')) {
    return { front: `203.0.113.${String(10 - n)}`, back: `10.11.0.${String(10 - n)}` }
  }
  const back = `10.11.${String(1 + Math.floor(n / 200))}.${String((n % 200) + 1)}`
  return { front: back, back }
}

const services = (topology: Topology): string => `services:
  http: { vip: www, port: 80, scheduler: wrr, delay_loop: 6, check: { tcp: { connect_timeout: 10 } } }
  https: { vip: www, port: 443, scheduler: wlc, persistence_timeout: 300, check: { tcp: { connect_timeout: 3 } } }
  api:
    vip: ${topology === 'nat' ? 'api' : 'www'}
    port: 8080
    scheduler: rr
    check: { http: { path: /healthz, status: 200, connect_timeout: 3 } }
`

const nat = `cluster: bench
forwarding: nat
networks:
  public: { subnet: 203.0.113.0/24, gateway: 203.0.113.254 }
  private: { subnet: 10.11.0.0/16, gateway: inside }
vips:
  www: 203.0.113.10
  api: 203.0.113.11
  inside: 10.11.0.10
`
const direct = `cluster: bench
forwarding: direct
arp: sysctl
networks:
  lan: { subnet: 10.11.0.0/16, gateway: 10.11.0.254 }
vips:
  www: 10.11.0.10
`

/** A cluster of these hosts, as inventory/nat.yaml and direct.yaml have it. */
const inventoryText = (
  topology: Topology,
  hosts: readonly FleetHost[],
  { keyFile, knownHosts, port }: Ways,
): string => {
  const isNat = topology === 'nat'
  const routers = hosts.filter(isRouter).map((host, n) => {
    const { front, back } = insideOf(host)
    const cards = isNat
      ? `eth0: { network: public, address: ${front} }, eth1: { network: private, address: ${back} }`
      : `eth0: { network: lan, address: ${back} }`
    return `  ${host.name}: { ssh: ${host.address}, priority: ${String(100 - n)}, interfaces: { ${cards} } }\n`
  })
  const realServers = hosts
    .filter((host) => !isRouter(host))
    .map(
      (host) =>
        `  ${host.name}: { ssh: ${host.address}, interfaces: { eth0: { network: ${isNat ? 'private' : 'lan'}, address: ${insideOf(host).back} } } }\n`,
    )
  return `${isNat ? nat : direct}ssh:
  port: ${String(port)}
  identity_file: ${keyFile}
  user_known_hosts_file: ${knownHosts}
vrrp:
  auth_pass: { env: VRRP_PASS }
routers:
${routers.join('')}real_servers:
${realServers.join('')}${services(topology)}`
}

/** As ssh-keyscan would write them. */
const knownHostsText = (hosts: readonly FleetHost[], port: number, hostKey: string): string =>
  hosts
    .map(({ address }) => (port === 22 ? address : `[${address}]:${String(port)}`))
    .map((name) => `${name} ${hostKey}\n`)
    .join('')

/** What a contestant is given. */
export interface Cluster {
  readonly topology: Topology
  readonly folder: string
  readonly inventory: string
  readonly ways: Ways
  readonly hostKey: string
  /** Hosts that take part; `limit` names them where the inventory has more. */
  readonly hosts: readonly FleetHost[]
  readonly limit: string | undefined
}

/** Writes the files of one cluster: of all hosts, or of one real server alone, which needs a router to be one of. */
export const writeCluster = (
  topology: Topology,
  size: number,
  hosts: readonly FleetHost[],
  way: { readonly port: number; readonly keyFile: string; readonly hostKey: string },
): Cluster => {
  const folder = `/mnt/clusters/${topology}-${String(size)}-${String(way.port)}`
  mkdirSync(folder, { recursive: true })
  const inventory = `${folder}/inventory.yaml`
  const ways = { keyFile: way.keyFile, port: way.port, knownHosts: `${folder}/known_hosts` }
  writeFileSync(inventory, inventoryText(topology, hosts, ways))
  writeFileSync(ways.knownHosts, knownHostsText(hosts, way.port, way.hostKey))
  const isOne = size === 1
  return {
    topology,
    folder,
    inventory,
    ways,
    hostKey: way.hostKey,
    hosts: isOne ? hosts.filter(({ name }) => name === 'rs1') : hosts,
    limit: isOne ? 'rs1' : undefined,
  }
}
