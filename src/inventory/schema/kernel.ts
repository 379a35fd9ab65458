import { z } from 'zod'
import { shown } from '../../faults/schema-faults.ts'
import { whole } from './fields.ts'

const THRESHOLD = 'two whole numbers with a blank between them, the first the smaller: 3 50'

// The kernel refuses a first number that is not below the second, unless the second is 0 (proc_do_sync_threshold).
const threshold = z
  .string({ error: ({ input }) => `${shown(input)} is not a threshold: ${THRESHOLD}` })
  .refine(
    (text) => {
      const parts = /^(\d{1,9})[ \t]+(\d{1,9})$/.exec(text.trim())
      const [first, second] = [Number(parts?.[1]), Number(parts?.[2])]
      return parts !== null && (first < second || second === 0)
    },
    { error: ({ input }) => `${shown(input)} is not a threshold: ${THRESHOLD}` },
  )
  .transform((text) => text.trim().split(/\s+/).map(Number).join(' '))

const MODES = 'a mode of rp_filter: 0 (off), 1 (strict) or 2 (loose)'

const flag = (description: string) => z.boolean().optional().meta({ description })

/** Kernel settings of the routers. */
export const kernel = z
  .strictObject({
    conntrack: flag('net.ipv4.vs.conntrack: stateful packet filters see IPVS connections.'),
    expire_nodest_conn: flag(
      'net.ipv4.vs.expire_nodest_conn: connections end with their real server.',
    ),
    expire_quiescent_template: flag(
      'net.ipv4.vs.expire_quiescent_template: persistence ends where a weight becomes 0.',
    ),
    sync_threshold: threshold.optional().meta({
      description: 'net.ipv4.vs.sync_threshold: packets before, and between, two reports: "3 50".',
    }),
    sync_refresh_period: whole('a period in seconds', 0, 86400)
      .optional()
      .meta({ description: 'net.ipv4.vs.sync_refresh_period, seconds.' }),
    ip_nonlocal_bind: flag('net.ipv4.ip_nonlocal_bind: programs may listen at an absent VIP.'),
    rp_filter: z
      .union([z.literal(0), z.literal(1), z.literal(2)], {
        error: ({ input }) => `${shown(input)} is not ${MODES}`,
      })
      .optional()
      .meta({ description: "rp_filter of the routers' cards: 0 off, 1 strict, 2 loose." }),
  })
  .meta({ description: 'Kernel settings of the routers. Default: what the forwarding needs.' })
