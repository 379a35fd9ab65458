import { z } from 'zod'
import { shown } from '../../faults/schema-faults.ts'
import { oneOrMany, whole } from './fields.ts'
import { program } from './program.ts'
import { secret } from './secret.ts'

const INTERVAL = 'a pause: 0.000001 to 1 seconds, in whole microseconds'

// keepalived reads microseconds, and calls a pause of more than a second very large.
const interval = z
  .number({ error: ({ input }) => `${shown(input)} is not ${INTERVAL}` })
  .refine((value) => value <= 1 && value >= 1e-6 && Math.abs((value * 1e6) % 1) < 1e-6, {
    error: ({ input }) => `${shown(input)} is not ${INTERVAL}`,
  })

// keepalived counts the delay in microseconds of 32 bits, 4294 seconds; none of its repetitions may be 0.
const garp = z.strictObject({
  master_delay: whole('a delay in seconds', 0, 4294)
    .optional()
    .meta({ description: 'Seconds until the second burst; 0: none. Default: 5.' }),
  master_repeat: whole('a number of messages', 1, 1000)
    .optional()
    .meta({ description: 'Messages of a burst. Default: 5.' }),
  master_refresh: whole('an interval in seconds', 0, 86400)
    .optional()
    .meta({ description: 'Seconds between refreshes while active; 0 (default): none.' }),
  master_refresh_repeat: whole('a number of messages', 1, 1000)
    .optional()
    .meta({ description: 'Messages of a refresh. Default: 1.' }),
  interval: interval
    .optional()
    .meta({ description: 'Seconds between two messages on an interface; may be a fraction.' }),
})

const notify = z.strictObject({
  master: program('what runs when a router becomes active').optional(),
  backup: program('what runs when a router becomes the backup').optional(),
  fault: program('what runs when a router fails').optional(),
  stop: program('what runs when keepalived stops').optional(),
  any: program('what runs at every change').optional(),
})

const syncDaemon = z.strictObject({
  network: z.string().meta({ description: 'The network over which the routers tell each other.' }),
  id: whole('a sync id', 0, 255)
    .optional()
    .meta({ description: 'The same on all routers. Default: derived from the name.' }),
})

/** How the routers agree on who is active. */
export const vrrp = z
  .strictObject({
    advert_int: whole('an advert interval in seconds', 1, 255)
      .default(1)
      .meta({ description: 'Seconds between adverts.' }),
    auth_pass: secret.optional(),
    unicast: z.boolean().default(false).meta({
      description: "true: adverts go to the other routers' own addresses, not to a group.",
    }),
    nopreempt: z.boolean().default(false).meta({
      description: 'true: a router that comes back leaves the active one alone.',
    }),
    preempt_delay: whole('a delay in seconds', 0, 1000).optional().meta({
      description: 'Seconds before a router that comes back takes over.',
    }),
    track_networks: oneOrMany(z.string())
      .default([])
      .meta({ description: 'A router fails when its card on one of these networks does.' }),
    notify: notify
      .default({})
      .meta({ description: 'Programs that run when a router changes its state.' }),
    lvs_sync_daemon: syncDaemon
      .optional()
      .meta({ description: 'The backup router learns the connections of the active one.' }),
    vmac: z
      .boolean()
      .default(false)
      .meta({ description: "true: VIPs have VRRP's virtual MAC address (use_vmac)." }),
    garp: garp.default({}).meta({ description: "Gratuitous ARP, in keepalived's words." }),
  })
  .meta({ description: 'VRRP: how the routers agree on who is active.' })
