import { z } from 'zod'
import { shown } from '../../faults/schema-faults.ts'
import { address } from './addresses.ts'
import { oneOf, seconds, whole, word } from './fields.ts'
import { isOnePageOrMany, pageOrPages } from './pages.ts'
import { port } from './ports.ts'
import { program } from './program.ts'

// Which of them a checker knows is keepalived.conf(5)'s: MISC_CHECK connects to nothing, and a ping has no port.
const timing = {
  retry: whole('a number of tries', 0, 100)
    .optional()
    .meta({ description: 'Further tries before the real server counts as dead.' }),
  delay_before_retry: seconds('a delay')
    .optional()
    .meta({ description: 'Seconds between such tries.' }),
  delay_loop: seconds('an interval')
    .optional()
    .meta({ description: "Seconds between checks. Default: the service's." }),
  warmup: whole('a time in seconds', 0, 86400)
    .optional()
    .meta({ description: 'The first check comes at some moment within so many seconds.' }),
}

const connection = {
  connect_ip: address
    .optional()
    .meta({ description: "Who is asked. Default: the real server's own address." }),
  connect_timeout: seconds('a timeout', 3600).optional().meta({ description: 'Seconds.' }),
  ...timing,
}

const asked = {
  port: port.optional().meta({ description: "Default: the real server's own port." }),
  ...connection,
}

const both = { error: 'has "pages" and a page of its own; put path, status and digest into pages' }

const web = { ...asked, ...pageOrPages }

const dnsName = z
  .string()
  .regex(/^(?=.{1,253}$)[\w-]{1,63}(\.[\w-]{1,63})*\.?$/, {
    error: ({ input }) => `${shown(input)} is not a name of DNS`,
  })
  // keepalived's search for an empty part begins one character too late (dns_name_handler).
  .refine((text) => text.indexOf('.') !== 1, {
    error: ({ input }) =>
      `keepalived takes the first part of ${shown(input)}, one character, for an empty one; ask for another name`,
  })

const PAYLOAD = 'needs hex digits in quotes, two for each byte: "0a0b"'

const payload = z
  .string({ error: PAYLOAD })
  .regex(/^[0-9a-fA-F]{1,1000}$/, {
    error: ({ input }) => `${shown(input)} is not bytes: it ${PAYLOAD}, at most 500 bytes`,
  })
  .refine((text) => text.length % 2 === 0, {
    error: ({ input }) => `${shown(input)} is half a byte short: hex digits come in pairs`,
  })
  .transform((text) => text.toLowerCase())

const kinds = {
  tcp: z.strictObject(asked).optional().meta({ description: 'A TCP connection.' }),
  http: z
    .strictObject(web)
    .refine(isOnePageOrMany, both)
    .optional()
    .meta({ description: 'A page, or pages.' }),
  https: z
    .strictObject({
      ...web,
      sni: z
        .boolean()
        .default(false)
        .meta({ description: 'Send the Host header in TLS too (SNI).' }),
    })
    .refine(isOnePageOrMany, both)
    .optional()
    .meta({ description: 'A page, or pages, over TLS.' }),
  smtp: z
    .strictObject({
      ...asked,
      helo_name: word('a name for HELO')
        .optional()
        .meta({ description: "The name in SMTP's HELO. Default: the router's." }),
    })
    .optional()
    .meta({ description: 'A greeting from a mail server.' }),
  dns: z
    .strictObject({
      ...asked,
      name: dnsName.meta({ description: 'The name that is asked for.' }),
      type: oneOf('a type of DNS record', ['A', 'NS', 'CNAME', 'SOA', 'MX', 'TXT', 'AAAA'])
        .default('A')
        .meta({ description: 'The record that is asked for.' }),
    })
    .optional()
    .meta({ description: 'A question to a name server, over UDP.' }),
  udp: z
    .strictObject({
      ...asked,
      payload: payload
        .optional()
        .meta({ description: 'What is sent, in hex: "0a0b". Default: some bytes.' }),
      require_reply: z
        .boolean()
        .default(false)
        .meta({ description: 'An answer must come back; else silence counts as life.' }),
    })
    .optional()
    .meta({ description: 'A datagram; a closed port counts as dead.' }),
  ping: z.strictObject(connection).optional().meta({ description: 'An ICMP echo.' }),
  misc: program('a check')
    .in.safeExtend({
      timeout: seconds('a timeout', 3600)
        .optional()
        .meta({ description: 'Seconds after which the program is stopped.' }),
      dynamic: z
        .boolean()
        .default(false)
        .meta({ description: 'Exit codes 2 to 255 set the weight (keepalived.conf(5)).' }),
      ...timing,
    })
    .optional()
    .meta({ description: "A program's exit code: { script } or { command }." }),
}

const KINDS = `one of: ${Object.keys(kinds).join(', ')}`
const CHECKS = `${KINDS}, or the word none`

const notACheck = (input: unknown, words: string): string =>
  typeof input === 'string' && Object.hasOwn(kinds, input)
    ? `${shown(input)} alone is not a check; write a map: { ${input}: {} }`
    : `${shown(input)} is not a check; write a map with ${words}`

const one = (words: string, next: string) =>
  z
    .strictObject(kinds, {
      error: ({ code: issue, input }) =>
        issue === 'invalid_type' ? notACheck(input, words) : undefined,
    })
    .refine((map) => Object.values(map).filter((kind) => kind !== undefined).length === 1, {
      error: `needs exactly ${words}; ${next}`,
    })

/** How a real server is found alive: `none`, one check, or several that must all agree. */
export const check = z.union(
  [
    z.literal('none'),
    one(CHECKS, 'several checks are a list: [{ tcp: {} }, { ping: {} }]'),
    z
      .array(one(KINDS, 'each check of a list is a map of its own'))
      .min(1, { error: 'the list is empty; write check: none' }),
  ],
  { error: ({ input }) => notACheck(input, CHECKS) },
)

/** One check as it was written; exactly one kind is there. */
export type CheckWish = z.output<ReturnType<typeof one>>

/** `http`: the word for a kind of check. */
export type CheckKind = keyof typeof kinds
