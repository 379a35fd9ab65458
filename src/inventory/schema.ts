import { z } from 'zod'
import { address } from './schema/addresses.ts'
import { name } from './schema/fields.ts'
import { arp, named, realServer, router } from './schema/hosts.ts'
import { keepalived, network, provider, vrrp } from './schema/network.ts'
import { forwarding, service } from './schema/service.ts'
import { sshDefaults } from './schema/ssh.ts'

/** An inventory as a person writes it. */
export const schema = z.strictObject({
  cluster: name('a cluster').meta({ description: "The cluster's name." }),
  forwarding,
  arp: arp.default('sysctl'),
  ssh: sshDefaults.default({}),
  network: provider.default({}),
  keepalived: keepalived.default({}),
  networks: named('a network', network).meta({ description: 'The networks, by name.' }),
  vips: named('a VIP', address).default({}).meta({ description: 'Virtual addresses, by name.' }),
  vrrp: vrrp.default({ advert_int: 1 }),
  routers: named('a router', router).meta({ description: 'The routers, by name.' }),
  real_servers: named('a real server', realServer)
    .default({})
    .meta({ description: 'The real servers, by name.' }),
  services: named('a service', service)
    .default({})
    .meta({ description: 'What clients reach, by name.' }),
})

/** An inventory that has the right form, every address in its one spelling. */
export type Wish = z.output<typeof schema>
