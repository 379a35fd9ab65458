import { z } from 'zod'
import { familyOf } from '../address.ts'
import { address, addressFault, subnets } from './addresses.ts'
import { name, oneOf, oneOrMany, whole } from './fields.ts'

const looksLikeAddress = (text: string): boolean => /^[\d./]+$|:/.test(text)

const gateway = z
  .string()
  .refine((text) => !looksLikeAddress(text) || addressFault(text) === undefined, {
    error: (issue) => addressFault(String(issue.input)),
  })
  .pipe(z.union([address, name("a gateway's VIP")]))

/** Addresses outside the cluster or names of VIPs, one for each family at most. */
export const gateways = oneOrMany(gateway).refine(
  (list) => {
    const families = list.map(familyOf).filter((family) => family !== undefined)
    return new Set(families).size === families.length
  },
  { error: 'two gateways of one family; a host has one default gateway per family' },
)

const routerId = whole('a virtual router id', 1, 255)

/** A network: where its hosts' addresses lie, and the way out. */
export const network = z.strictObject({
  subnet: subnets.meta({ description: 'One subnet, or one per address family.' }),
  gateway: gateways.optional().meta({
    description: "An address outside the cluster, or a VIP's name (NAT); or one per family.",
  }),
  virtual_router_id: oneOrMany(routerId).optional().meta({
    description:
      'One number, or one per subnet in the same order. Default: derived from the names.',
  }),
})

/** What keeps a host's network over a reboot. */
export const provider = z
  .strictObject({
    provider: oneOf('a network provider', ['ifcfg', 'ifupdown'])
      .optional()
      .meta({ description: 'Default: what the platform says.' }),
  })
  .meta({ description: "What keeps the hosts' network over a reboot." })
