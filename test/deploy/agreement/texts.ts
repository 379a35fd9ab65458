import { names, type Name, type Wished } from './history.ts'

const priority = (name: Name): number => 100 - names.indexOf(name)

export const inventoryText = ({
  routers,
  every,
  id,
  version,
  vips,
}: Wished): string => `cluster: toys
forwarding: direct
networks:
  public: { subnet: 203.0.113.0/24, gateway: 203.0.113.254, virtual_router_id: ${String(id)} }
vips: { ${vips.map((vip, n) => `v${String(n)}: ${vip}`).join(', ')} }
vrrp: { auth_pass: { env: VRRP_PASS }, advert_int: ${String(every)} }
keepalived: { global_defs: "vrrp_version ${String(version)}" }
routers:
${routers.map((name) => `  ${name}: { ssh: ${name}, priority: ${String(priority(name))}, interfaces: { eth0: { network: public, address: 203.0.113.${String(priority(name) - 92)} } } }`).join('\n')}
real_servers: { rs1: { managed: false, address: 203.0.113.21 }, rs2: { managed: false, address: 203.0.113.22 } }
services: { http: { vip: v0, port: 80, check: none } }
`

// What keeps routers from rejecting each other, and nothing else.
export const playbookText = `name: routers
phases:
  - { name: first, hosts: routers, tasks: [roster] }
  - { name: stand_down, hosts: routers, needs: [first], tasks: [stand_down] }
  - { name: balance, hosts: routers, serial: 1, needs: [first, stand_down], tasks: [keepalived_conf, keepalived] }
`

/** A keepalived.conf of other hands. */
export const byHand = (name: Name, { password, every, id, vips }: Wished): string => `global_defs {
  vrrp_version 2
}
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id ${String(id)}
  priority ${String(priority(name))}
  advert_int ${String(every)}
  authentication {
    auth_type PASS
    auth_pass ${password}
  }
  virtual_ipaddress {
${vips.map((vip) => `    ${vip}/32 dev eth0\n`).join('')}  }
}
`
