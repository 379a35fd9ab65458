import { z } from 'zod'
import { addresses } from './addresses.ts'
import { device, name, oneOf, whole } from './fields.ts'
import { forwarding } from './forwarding.ts'
import { gateways, provider } from './network.ts'
import { sshOfHost } from './ssh.ts'

const card = z.strictObject({
  enabled: z
    .boolean()
    .optional()
    .meta({ description: 'false: the card must not come up by itself. Default: true.' }),
  network: z.string().optional().meta({ description: 'The name of its network.' }),
  address: addresses.optional().meta({ description: 'One address, or one per family.' }),
  gateway: z
    .union([z.literal('none').transform(() => []), gateways])
    .optional()
    .meta({
      description:
        "A default gateway of its own, an address or a VIP's name, or none. Default: the network's.",
    }),
})

const interfaces = z
  .record(device, card)
  .meta({ description: 'By device; only the interfaces named here are ever touched.' })

/** How a real server keeps silent about the VIP. */
export const arp = oneOf('a way to silence ARP', [
  'arptables',
  'nftables',
  'sysctl',
  'firewalld',
  'iptables',
]).meta({ description: 'How real servers keep silent about the VIP (direct, tunnel).' })

/** What marks packets and lets VRRP through. */
export const firewall = oneOf('a firewall', ['firewalld', 'iptables', 'nftables']).meta({
  description: 'What filters and marks packets. Default: what the platform says.',
})

/** 0 to 65535, as IPVS has it. */
export const weight = whole('a weight', 0, 65535).meta({
  description: 'Share of the connections; 0 gets no new ones.',
})

const host = {
  ssh: sshOfHost.optional(),
  network: provider.optional(),
}

/** A machine that runs keepalived and carries the VIPs. */
export const router = z.strictObject({
  ...host,
  priority: whole('a priority', 1, 255).meta({
    description: 'VRRP: the highest of the living is active. No two alike.',
  }),
  firewall: firewall.optional(),
  interfaces,
})

/** A machine that serves. What belongs to which kind is a rule, so that its message can say more. */
export const realServer = z.strictObject({
  ...host,
  managed: z
    .boolean()
    .default(true)
    .meta({ description: 'false: in the pool by its address, not provisioned.' }),
  interfaces: interfaces.optional(),
  address: addresses.optional().meta({ description: 'Only with managed: false.' }),
  weight: weight.optional(),
  forwarding: forwarding
    .optional()
    .meta({ description: "How packets reach this one. Default: the service's way." }),
  arp: arp.optional(),
})

/** The keys of a map of named things. */
export const named = <Value extends z.ZodType>(noun: string, value: Value) =>
  z.record(name(noun), value)
