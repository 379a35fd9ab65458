import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Ports of one VIP. */
const portsEach = 10

const range = (size: number): readonly number[] => Array.from({ length: size }, (_, n) => n)

/** Of the others that have only some real servers. */
const someOf = 10

/** lbprov takes 60,000 places in pools: one service of four has every real server, the others a few. */
const poolOf = (service: number, realServers: number): string => {
  if (service % 4 === 0) return ''
  const names = range(someOf).map((n) => `rs${String((service * someOf + n) % realServers)}`)
  return `, real_servers: [${names.join(', ')}]`
}

/** A NAT cluster of many real servers and services: how lbprov bears size. */
const sizeInventoryText = (realServers: number, services: number): string => {
  const vips = range(Math.ceil(services / portsEach)).map(
    (n) => `  vip${String(n)}: 203.0.113.${String(20 + n)}\n`,
  )
  const servers = range(realServers).map((n) => {
    const address = `10.11.${String(1 + Math.floor(n / 250))}.${String((n % 250) + 1)}`
    return `  rs${String(n)}: { ssh: ${address}, interfaces: { eth0: { network: private, address: ${address} } } }\n`
  })
  const served = range(services).map((n) => {
    const vip = `vip${String(Math.floor(n / portsEach))}`
    const port = String(8000 + (n % portsEach))
    return `  service${String(n)}: { vip: ${vip}, port: ${port}, scheduler: wrr, check: { tcp: { connect_timeout: 10 } }${poolOf(n, realServers)} }\n`
  })
  return `cluster: large
forwarding: nat
networks:
  public: { subnet: 203.0.113.0/24, gateway: 203.0.113.254 }
  private: { subnet: 10.11.0.0/16, gateway: inside }
vips:
  inside: 10.11.0.10
${vips.join('')}vrrp:
  auth_pass: { env: VRRP_PASS }
routers:
  lb1: { ssh: 192.0.2.11, priority: 100, interfaces: { eth0: { network: public, address: 203.0.113.9 }, eth1: { network: private, address: 10.11.0.9 } } }
  lb2: { ssh: 192.0.2.12, priority: 99, interfaces: { eth0: { network: public, address: 203.0.113.8 }, eth1: { network: private, address: 10.11.0.8 } } }
real_servers:
${servers.join('')}services:
${served.join('')}`
}

/** The path of a file that holds it. */
export const writeSizeInventory = (
  folder: string,
  realServers: number,
  services: number,
): string => {
  const path = join(folder, `size-${String(realServers)}.yaml`)
  writeFileSync(path, sizeInventoryText(realServers, services))
  return path
}
