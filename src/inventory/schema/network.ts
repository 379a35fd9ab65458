import { z } from 'zod'
import { shown } from '../../faults/schema-faults.ts'
import { familyOf } from '../address.ts'
import { address, addressFault, subnets } from './addresses.ts'
import { name, oneOf, oneOrMany, seconds, whole, word } from './fields.ts'
import { secret } from './secret.ts'

const looksLikeAddress = (text: string): boolean => /^[\d./]+$|:/.test(text)

const gateway = z
  .string()
  .refine((text) => !looksLikeAddress(text) || addressFault(text) === undefined, {
    error: (issue) => addressFault(String(issue.input)),
  })
  .pipe(z.union([address, name("a gateway's VIP")]))

const mail = word('a mail address').refine((text) => /^[^@]+@[^@]+$/.test(text), {
  error: (issue) => `${shown(issue.input)} is not a mail address`,
})

const routerId = whole('a virtual router id', 1, 255)

/** A network: where its hosts' addresses lie, and the way out. */
export const network = z.strictObject({
  subnet: subnets.meta({ description: 'One subnet, or one per address family.' }),
  gateway: oneOrMany(gateway)
    .refine(
      (list) => {
        const families = list.map(familyOf).filter((family) => family !== undefined)
        return new Set(families).size === families.length
      },
      { error: 'two gateways of one family; a host has one default gateway per family' },
    )
    .optional()
    .meta({
      description: "An address outside the cluster, or a VIP's name (NAT); or one per family.",
    }),
  virtual_router_id: oneOrMany(routerId).optional().meta({
    description:
      'One number, or one per subnet in the same order. Default: derived from the names.',
  }),
})

/** How the routers agree on who is active. */
export const vrrp = z
  .strictObject({
    advert_int: whole('an advert interval in seconds', 1, 255)
      .default(1)
      .meta({ description: 'Seconds between adverts.' }),
    auth_pass: secret.optional(),
  })
  .meta({ description: 'VRRP: how the routers agree on who is active.' })

/** keepalived's global_defs. */
export const keepalived = z
  .strictObject({
    notification_email: oneOrMany(mail).optional().meta({ description: 'Who gets mail.' }),
    notification_email_from: mail.optional().meta({ description: 'Who the mail is from.' }),
    smtp_server: word('a mail server').optional().meta({ description: 'An address or a name.' }),
    smtp_connect_timeout: seconds('a timeout', 3600).optional().meta({ description: 'Seconds.' }),
  })
  .meta({ description: "keepalived's global_defs." })

/** What keeps a host's network over a reboot. */
export const provider = z
  .strictObject({
    provider: oneOf('a network provider', ['ifcfg', 'ifupdown'])
      .optional()
      .meta({ description: 'Default: what the platform says.' }),
  })
  .meta({ description: "What keeps the hosts' network over a reboot." })
