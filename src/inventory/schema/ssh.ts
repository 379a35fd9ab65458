import { z } from 'zod'
import { shown } from '../../faults/schema-faults.ts'
import { familyOf } from '../address.ts'
import { oneOrMany, seconds, whole } from './fields.ts'

const HOST = /^[A-Za-z0-9_](?:[\w.-]{0,252}[A-Za-z0-9_])?$/
const USER = /^[A-Za-z_][\w.@+-]{0,63}\$?$/

/** One hop of `proxy_jump`, taken apart. */
export interface Hop {
  readonly user: string | undefined
  readonly host: string
  readonly port: number | undefined
}

const hop = (text: string): Hop | undefined => {
  const parts = /^(?:(.+)@)?(?:\[([^\]]+)\]|([^:@[\]]+))(?::(\d{1,5}))?$/.exec(text)
  if (parts === null) return undefined
  const [, user, bracketed, plain, digits] = parts
  const port = digits === undefined ? undefined : Number(digits)
  const host = bracketed ?? plain ?? ''
  const sane =
    (bracketed === undefined ? HOST.test(host) : familyOf(host) === 6) &&
    (user === undefined || USER.test(user)) &&
    (port === undefined || (port >= 1 && port <= 65535))
  return sane ? { user, host, port } : undefined
}

/** `proxy_jump` taken apart; empty for `none`; undefined when a hop is not one. */
export const hopsOf = (text: string): readonly Hop[] | undefined => {
  if (text === 'none') return []
  const hops = text.split(',').map((part) => hop(part.trim()))
  return hops.every((found) => found !== undefined) ? hops : undefined
}

const host = z
  .string()
  .refine((text) => familyOf(text) !== undefined || (HOST.test(text) && !/^[\d.]+$/.test(text)), {
    error: ({ input }) => {
      const text = String(input)
      if (/[@:]/.test(text) && familyOf(text) === undefined)
        return `${shown(input)} is not a host; write it as a map: { host: …, user: …, port: … }`
      return `${shown(input)} is neither an IP address nor a host name`
    },
  })
  .meta({ description: 'Where SSH connects to: an address or a name of DNS.' })

const path = (noun: string) =>
  z
    .string()
    .min(1)
    .refine((text) => !/^~[^/]/.test(text), {
      error: ({ input }) =>
        `${shown(input)}: only your own home (~/…) is known for ${noun}; write the whole path`,
    })
    .refine((text) => !/\p{Cc}/u.test(text), {
      error: `a path of ${noun} has no control characters`,
    })

const HOST_KEYS = 'host keys are always checked; write "yes" (known hosts only) or "accept-new"'

const strict = z
  .enum(['yes', 'accept-new'], {
    error: ({ input }) => {
      if (input === true) return 'true is not a word of OpenSSH; write "yes"'
      return `${shown(input)} is not possible: ${HOST_KEYS}`
    },
  })
  .meta({ description: 'OpenSSH: yes (default) or accept-new. Host keys are always checked.' })

/** What the whole inventory and one host may both say about SSH. */
const options = {
  user: z
    .string()
    .regex(USER, { error: ({ input }) => `${shown(input)} is not a user's name` })
    .optional()
    .meta({ description: 'Who logs in. Default: root.' }),
  port: whole('a port', 1, 65535).optional().meta({ description: 'Default: 22.' }),
  identity_file: oneOrMany(path('a key'))
    .optional()
    .meta({ description: "Private keys. Default: the agent, then OpenSSH's own default files." }),
  user_known_hosts_file: oneOrMany(path('known hosts'))
    .optional()
    .meta({ description: 'Default: ~/.ssh/known_hosts.' }),
  strict_host_key_checking: strict.optional(),
  connect_timeout: seconds('a timeout', 3600)
    .optional()
    .meta({ description: 'Seconds. Default: 10.' }),
  become: z.boolean().optional().meta({ description: "true: root's rights by sudo -n." }),
  proxy_jump: z
    .string()
    .refine((text) => hopsOf(text) !== undefined, {
      error: ({ input }) =>
        `${shown(input)} is no way to jump; write [user@]host[:port], several with commas, the name of a host here, or none`,
    })
    .optional()
    .meta({
      description:
        'OpenSSH: [user@]host[:port], comma-separated; the name of a host in this inventory; or none.',
    }),
}

/** The top of the inventory: defaults for every host. */
export const sshDefaults = z
  .strictObject(options)
  .meta({ description: "Defaults for every host, in OpenSSH's words." })

/** One host's own: an address, or a map. */
export const sshOfHost = z
  .union([host, z.strictObject({ host: host.optional(), ...options })])
  .transform((value) => (typeof value === 'string' ? { host: value } : value))
  .meta({ description: "An address, or a map in OpenSSH's words. Default: the host's name here." })
