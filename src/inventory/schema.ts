import { z } from 'zod'
import { address } from './schema/addresses.ts'
import { drain } from './schema/drain.ts'
import { name } from './schema/fields.ts'
import { forwarding } from './schema/forwarding.ts'
import { arp, firewall, named, realServer, router } from './schema/hosts.ts'
import { keepalived } from './schema/keepalived.ts'
import { kernel } from './schema/kernel.ts'
import { network, provider } from './schema/network.ts'
import { service } from './schema/service.ts'
import { sshDefaults } from './schema/ssh.ts'
import { vrrp } from './schema/vrrp.ts'

const formerName = name('a cluster')

const renamedFrom = z
  .union([formerName.transform((one) => [one]), z.array(formerName)])
  .default([])
  .meta({
    description:
      'The name, or names, that the cluster had before: its hosts remember the one under which they were set up, and are refused under any other.',
  })

/** An inventory as a person writes it. */
export const schema = z.strictObject({
  cluster: name('a cluster').meta({ description: "The cluster's name." }),
  renamed_from: renamedFrom,
  forwarding,
  arp: arp.optional(),
  firewall: firewall.optional(),
  ssh: sshDefaults.default({}),
  network: provider.default({}),
  keepalived: keepalived.default({}),
  kernel: kernel.default({}),
  drain: drain.prefault({}),
  networks: named('a network', network).meta({ description: 'The networks, by name.' }),
  vips: named('a VIP', address).default({}).meta({ description: 'Virtual addresses, by name.' }),
  vrrp: vrrp.prefault({}),
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
