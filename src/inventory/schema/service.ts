import { z } from 'zod'
import { notOneOf, shown } from '../../faults/schema-faults.ts'
import { anyAddress } from './addresses.ts'
import { oneOf, oneOrMany, seconds, whole } from './fields.ts'
import { weight } from './hosts.ts'

const FORWARDINGS = ['nat', 'direct', 'tunnel'] as const

// keepalived's, ipvsadm's and people's words for the same.
const others = new Map([
  ['dr', 'direct'],
  ['dsr', 'direct'],
  ['gate', 'direct'],
  ['masq', 'nat'],
  ['tun', 'tunnel'],
  ['ipip', 'tunnel'],
])

/** How packets reach the real servers. */
export const forwarding = z
  .enum(FORWARDINGS, {
    error: ({ input }) => {
      const meant = typeof input === 'string' ? others.get(input.toLowerCase()) : undefined
      return meant === undefined
        ? notOneOf(input, 'a way of forwarding', FORWARDINGS)
        : `${shown(input)} is called "${meant}" here (one of: ${FORWARDINGS.join(', ')})`
    },
  })
  .meta({ description: 'How packets reach the real servers.' })

const port = whole('a port', 1, 65535)
const connect_timeout = seconds('a timeout', 3600).optional().meta({ description: 'Seconds.' })
const checked = port.optional().meta({ description: "Default: the real server's own port." })

const tcp = z.strictObject({ port: checked, connect_timeout })

const http = z.strictObject({
  port: checked,
  path: z
    .string()
    .regex(/^\/[$-&(-z|~]*$/, {
      error: ({ input }) => `${shown(input)} is not a path: begin with "/", and write blanks, quotes, braces, "!" and "#" as %20 and the like`,
    })
    .default('/')
    .meta({ description: 'What is asked for.' }),
  status: whole('an HTTP status', 100, 599)
    .optional()
    .meta({ description: 'What must come back.' }),
  connect_timeout,
})

const dns = z.strictObject({
  port: checked,
  name: z
    .string()
    .regex(/^(?=.{1,253}$)[\w-]{1,63}(\.[\w-]{1,63})*\.?$/, {
      error: ({ input }) => `${shown(input)} is not a name of DNS`,
    })
    .meta({ description: 'The name that is asked for.' }),
  connect_timeout,
})

const CHECKS = 'one of: tcp, http, https, dns, or the word none'

const check = z.union(
  [
    z.literal('none'),
    z
      .strictObject(
        {
          tcp: tcp.optional().meta({ description: 'A TCP connection.' }),
          http: http.optional().meta({ description: 'A page.' }),
          https: http.optional().meta({ description: 'A page over TLS.' }),
          dns: dns.optional().meta({ description: 'A question to a name server.' }),
        },
        {
          error: ({ code, input }) =>
            code === 'invalid_type'
              ? `${shown(input)} is not a check; write a map with ${CHECKS}: { tcp: {} }`
              : undefined,
        },
      )
      .refine((kinds) => Object.values(kinds).filter((kind) => kind !== undefined).length === 1, {
        error: `needs exactly ${CHECKS}`,
      }),
  ],
  { error: ({ input }) => `${shown(input)} is not a check; write a map with ${CHECKS}` },
)

/** keepalived's lvs_sched. */
const SCHEDULERS = [
  ...(['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh'] as const),
  ...(['sed', 'nq', 'mh', 'fo', 'ovf', 'twos'] as const),
] as const

const member = z.strictObject({
  weight: weight.optional(),
  port: port.optional().meta({ description: "Its port, where it is not the service's (NAT)." }),
})

/** One real server as a service names it; `at` is where, from `real_servers` on. */
export interface Member {
  readonly name: string
  readonly at: readonly PropertyKey[]
  readonly weight?: number | undefined
  readonly port?: number | undefined
}

const members = z.union(
  [
    z
      .array(z.string())
      .transform((names) => names.map((name, index): Member => ({ name, at: [index] }))),
    z
      .record(z.string(), member)
      .transform((map) =>
        Object.entries(map).map(([name, own]): Member => ({ name, at: [name], ...own })),
      ),
  ],
  { error: 'needs a list of names, or a map from names to { weight, port }' },
)

/** What clients reach at a VIP. */
export const service = z.strictObject({
  vip: oneOrMany(z.string()).meta({ description: 'One VIP by name, or several.' }),
  protocol: oneOf('a protocol', ['tcp', 'udp']).default('tcp').meta({ description: 'tcp or udp.' }),
  port: port.optional().meta({ description: 'The port, when there is one.' }),
  ports: z
    .array(port)
    .min(1)
    .max(15, { error: 'too many ports: one iptables multiport rule holds 15' })
    .optional()
    .meta({ description: 'Ports that reach the same real server, by a firewall mark.' }),
  forwarding: forwarding.optional(),
  scheduler: oneOf('a scheduler', SCHEDULERS).default('wlc').meta({ description: 'lvs_sched.' }),
  delay_loop: seconds('an interval').default(6).meta({ description: 'Seconds between checks.' }),
  persistence_timeout: seconds('a timeout', 2678400)
    .optional()
    .meta({ description: 'Seconds for which a client stays with one real server.' }),
  check: check.optional().meta({ description: 'How a real server is found alive; or none.' }),
  sorry_server: z
    .strictObject({
      address: anyAddress.meta({ description: 'Its address.' }),
      port: port.optional().meta({ description: "Default: the service's own." }),
    })
    .optional()
    .meta({ description: 'Who answers when every real server is down.' }),
  real_servers: members
    .optional()
    .meta({ description: 'Names, or a map from names to { weight, port }. Default: all.' }),
})
