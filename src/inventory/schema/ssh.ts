import { z } from 'zod'
import { shown } from '../../faults/schema-faults.ts'
import { familyOf } from '../address.ts'
import { oneOf, oneOrMany, seconds, whole } from './fields.ts'
import { secret } from './secret.ts'

const HOST = /^[A-Za-z0-9_](?:[\w.-]{0,252}[A-Za-z0-9_])?$/
const USER = /^[A-Za-z_][\w.@+-]{0,63}\$?$/

/** An address, or a name that no shell and no option of ssh could take for something else. */
export const isHost = (text: string): boolean =>
  familyOf(text) !== undefined || (HOST.test(text) && !/^[\d.]+$/.test(text))

/** A user's name, as harmless. */
export const isUser = (text: string): boolean => USER.test(text)

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
    (user === undefined || isUser(user)) &&
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
  .refine(isHost, {
    error: ({ input }) => {
      const text = String(input)
      if (/[@:]/.test(text) && familyOf(text) === undefined)
        return `${shown(input)} is not a host; write it as a map: { host: …, user: …, port: … }`
      return `${shown(input)} is neither an IP address nor a host name`
    },
  })
  .meta({
    description:
      'As you would type it behind ssh: an address, a name of DNS, a Host of ssh_config.',
  })

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
  .meta({
    description:
      "OpenSSH: yes or accept-new. Host keys are always checked. Default: ssh_config's, or yes.",
  })

const userName = (noun: string) =>
  z.string().refine(isUser, { error: ({ input }) => `${shown(input)} is not ${noun}` })

/** How root's rights are had; all but the first say nothing without it. */
const become = {
  become: z
    .boolean()
    .optional()
    .meta({ description: "true: root's rights by sudo, for who logs in is not root." }),
  become_method: oneOf("a way to root's rights", ['sudo', 'doas'])
    .optional()
    .meta({ description: 'sudo (default) or doas.' }),
  become_user: userName("a user's name")
    .optional()
    .meta({ description: 'Whose rights. Default: root.' }),
  become_password: secret.optional().meta({
    description:
      'Where the password is, should sudo or doas want one: { env }, { file } or { command }. Default: asked for.',
  }),
}

/** What the whole inventory and one host may both say about SSH. What neither says, ssh_config(5) says. */
const options = {
  user: userName("a user's name")
    .optional()
    .meta({ description: "Who logs in. Default: ssh_config's User, or root." }),
  port: whole('a port', 1, 65535)
    .optional()
    .meta({ description: "Default: ssh_config's Port, or 22." }),
  identity_file: oneOrMany(path('a key')).optional().meta({
    description:
      "Private keys. Default: ssh_config's IdentityFile, or the agent, then OpenSSH's own default files.",
  }),
  user_known_hosts_file: oneOrMany(path('known hosts'))
    .optional()
    .meta({ description: "Default: ssh_config's UserKnownHostsFile, or ~/.ssh/known_hosts." }),
  strict_host_key_checking: strict.optional(),
  connect_timeout: seconds('a timeout', 3600).optional().meta({
    description: "Seconds, until keys are exchanged. Default: ssh_config's ConnectTimeout, or 10.",
  }),
  transport: oneOf('a transport', ['ssh2', 'openssh', 'local']).optional().meta({
    description:
      "ssh2: lbprov's own; openssh: the system's ssh; local: this very machine. Default: ssh2, or openssh where ssh_config asks for what only it can do.",
  }),
  ...become,
  proxy_jump: z
    .string()
    .max(1000)
    .refine((text) => hopsOf(text) !== undefined, {
      error: ({ input }) =>
        `${shown(input)} is no way to jump; write [user@]host[:port], several with commas, the name of a host here, or none`,
    })
    .optional()
    .meta({
      description:
        "OpenSSH: [user@]host[:port], comma-separated; the name of a host in this inventory; or none. Default: ssh_config's.",
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
