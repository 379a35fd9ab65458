import { z } from 'zod'
import { anyAddress } from './addresses.ts'
import { check } from './check.ts'
import { oneOf, oneOrMany, seconds, whole, word } from './fields.ts'
import { forwarding } from './forwarding.ts'
import { weight } from './hosts.ts'
import { granularity } from './persistence.ts'
import { port, portOrRange, servicePort } from './ports.ts'
import { rawLines } from './program.ts'

/** keepalived's lvs_sched. */
const SCHEDULERS = [
  ...(['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh'] as const),
  ...(['sed', 'nq', 'mh', 'fo', 'ovf', 'twos'] as const),
] as const

/** keepalived's words for ipvsadm's `-b`. */
const FLAGS = [
  ...(['sh-port', 'sh-fallback', 'mh-port', 'mh-fallback'] as const),
  ...(['flag-1', 'flag-2', 'flag-3'] as const),
] as const

const flag = (description: string) => z.boolean().default(false).meta({ description })

const inhibit_on_failure = z.boolean().optional()

const member = z.strictObject({
  weight: weight.optional(),
  port: port.optional().meta({ description: "Its port, where it is not the service's (NAT)." }),
  forwarding: forwarding
    .optional()
    .meta({ description: 'How packets of this service reach it. Default: its own way.' }),
  inhibit_on_failure: inhibit_on_failure.meta({ description: "Default: the service's." }),
})

/** One real server as a service names it; `at` is where, from `real_servers` on. */
export type Member = Partial<z.output<typeof member>> & {
  readonly name: string
  readonly at: readonly PropertyKey[]
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
  {
    error:
      'needs a list of names, or a map from names to { weight, port, forwarding, inhibit_on_failure }',
  },
)

const where = {
  vip: oneOrMany(z.string()).meta({ description: 'One VIP by name, or several.' }),
  protocol: oneOf('a protocol', ['tcp', 'udp', 'sctp'])
    .default('tcp')
    .meta({ description: 'tcp, udp or sctp.' }),
  port: servicePort.optional().meta({ description: 'The port, when there is one.' }),
  ports: z.array(portOrRange).min(1).optional().meta({
    description:
      'Ports and ranges ("10000-20000") that reach the same real server, by a firewall mark.',
  }),
  ftp: z
    .strictObject({
      passive_ports: portOrRange.optional().meta({
        description: 'The real servers\' pasv_min_port and pasv_max_port: "10000-20000".',
      }),
      active: flag('Active FTP too: real servers behind NAT open connections from port 20.'),
    })
    .optional()
    .meta({ description: 'FTP: port 21 and its data connections.' }),
  firewall_mark: oneOrMany(whole('a firewall mark', 1, 2147483647))
    .optional()
    .meta({
      description:
        'The mark that stands for the ports, or one per VIP in the same order. Default: derived where several ports need one.',
    }),
}

const balance = {
  forwarding: forwarding.optional(),
  scheduler: oneOf('a scheduler', SCHEDULERS).default('wlc').meta({ description: 'lvs_sched.' }),
  scheduler_flags: z
    .array(oneOf('a flag of a scheduler', FLAGS))
    .default([])
    .meta({ description: 'Flags of the schedulers sh and mh, or by number.' }),
  persistence_timeout: seconds('a timeout', 2678400)
    .optional()
    .meta({ description: 'Seconds for which a client stays with one real server.' }),
  persistence_granularity: granularity.optional().meta({
    description:
      'Clients that stay together: a netmask (IPv4), a prefix length (IPv6), or one of each.',
  }),
  persistence_engine: oneOf('a persistence engine', ['sip'])
    .optional()
    .meta({ description: 'sip: calls stay together by their Call-ID (UDP).' }),
  ops: flag('One-packet scheduling: every datagram is balanced for itself (UDP).'),
}

const health = {
  check: check
    .optional()
    .meta({ description: 'How a real server is found alive: one check, a list of them, or none.' }),
  delay_loop: seconds('an interval').default(6).meta({ description: 'Seconds between checks.' }),
  // keepalived takes no 0 here, though it does in a check.
  retry: whole('a number of tries', 1, 100)
    .optional()
    .meta({ description: 'Further tries before a real server counts as dead.' }),
  delay_before_retry: seconds('a delay')
    .optional()
    .meta({ description: 'Seconds between such tries.' }),
  virtualhost: word('a Host header')
    .optional()
    .meta({ description: 'The Host header of HTTP checks that say none.' }),
  alpha: flag('Real servers count as dead until their first check.'),
  omega: flag('Notices of real servers that go down are sent when keepalived stops, too.'),
  quorum: whole('a quorum', 1, 65535)
    .optional()
    .meta({ description: 'Sum of living weights below which the service is down. Default: 1.' }),
  hysteresis: whole('a hysteresis', 1, 65534)
    .optional()
    .meta({ description: 'Weight by which the quorum must be passed, either way.' }),
  inhibit_on_failure: inhibit_on_failure.meta({
    description: 'A dead real server keeps its place, with weight 0. Default: false.',
  }),
}

/** What clients reach at a VIP. */
export const service = z.strictObject({
  ...where,
  ...balance,
  ...health,
  sorry_server: z
    .strictObject({
      address: anyAddress.meta({ description: 'Its address.' }),
      port: port.optional().meta({ description: "Default: the service's own." }),
    })
    .optional()
    .meta({ description: 'Who answers when every real server is down.' }),
  real_servers: members.optional().meta({
    description:
      'Names, or a map from names to { weight, port, forwarding, inhibit_on_failure }. Default: all.',
  }),
  extra: rawLines('its virtual_server').default([]).meta({
    description: 'Lines of keepalived.conf(5) for its virtual_server blocks, as they are.',
  }),
})
