import type { Check, CheckBase, HttpCheck, PageWish } from '../check.ts'
import type { PortRange } from '../service.ts'
import type { Path } from '../../yaml.ts'
import type { Wish } from '../schema.ts'
import type { CheckKind, CheckWish } from '../schema/check.ts'
import { holds, isMarked, portsOf } from './ports.ts'
import { programOf } from './program.ts'
import type { Origin } from './ssh.ts'

type ServiceWish = Wish['services'][string]

/** One check of a service as it was written; `at` is where, from the service on. */
interface WrittenCheck {
  readonly kind: CheckKind
  readonly wish: CheckWish
  readonly at: Path
}

const KINDS = ['tcp', 'http', 'https', 'smtp', 'dns', 'udp', 'ping', 'misc'] as const

const written = (wish: CheckWish, at: Path): readonly WrittenCheck[] => {
  const kind = KINDS.find((each) => wish[each] !== undefined)
  return kind === undefined ? [] : [{ kind, wish, at: [...at, kind] }]
}

/** The checks that a service was given, each with its place. */
export const checksIn = ({ check = 'none' }: ServiceWish): readonly WrittenCheck[] => {
  if (check === 'none') return []
  return Array.isArray(check)
    ? check.flatMap((one: CheckWish, index) => written(one, ['check', index]))
    : written(check, ['check'])
}

const homes: Readonly<Partial<Record<CheckKind, number>>> = {
  http: 80,
  https: 443,
  smtp: 25,
  dns: 53,
}

// A mark has no port to check; of several the one where such a check is at home, else the first.
const usualPort = (kind: CheckKind, ports: readonly PortRange[]): number | undefined => {
  if (kind === 'ping' || kind === 'misc') return undefined
  const home = homes[kind]
  return home !== undefined && holds(ports, home) ? home : ports[0]?.first
}

/** What checks have in common; each kind knows some of it. */
interface BaseWish {
  readonly port?: number | undefined
  readonly connect_ip?: string | undefined
  readonly connect_timeout?: number | undefined
  readonly retry?: number | undefined
  readonly delay_before_retry?: number | undefined
  readonly delay_loop?: number | undefined
  readonly warmup?: number | undefined
}

const baseOf = (own: BaseWish, port: number | undefined): CheckBase => ({
  port: own.port ?? port,
  connectIp: own.connect_ip,
  connectTimeout: own.connect_timeout,
  retry: own.retry,
  delayBeforeRetry: own.delay_before_retry,
  delayLoop: own.delay_loop,
  warmup: own.warmup,
})

const pageOf = (page: {
  readonly path?: string | undefined
  readonly status?: string | undefined
  readonly digest?: string | undefined
  readonly virtualhost?: string | undefined
}): PageWish => ({
  path: page.path ?? '/',
  status: page.status,
  digest: page.digest,
  virtualhost: page.virtualhost,
})

type WebWish = NonNullable<CheckWish['http']>

const pagesOf = ({ path, status, digest, pages }: WebWish): HttpCheck['pages'] =>
  pages?.map(pageOf) ?? [pageOf({ path, status, digest })]

const webOf = <Kind extends 'http' | 'https'>(kind: Kind, base: CheckBase, wish: WebWish) => ({
  kind,
  ...base,
  pages: pagesOf(wish),
  virtualhost: wish.virtualhost,
})

/** A check, its port filled in where the real server's own does not tell it. */
const checkOf = (wish: CheckWish, port: number | undefined, origin: Origin): Check => {
  const { tcp = {}, http, https, smtp, dns, udp, ping, misc } = wish
  const base = (own: BaseWish): CheckBase => baseOf(own, port)
  if (http !== undefined) return { ...webOf('http', base(http), http), sni: false }
  if (https !== undefined) return { ...webOf('https', base(https), https), sni: https.sni }
  if (smtp !== undefined) return { kind: 'smtp', ...base(smtp), heloName: smtp.helo_name }
  if (dns !== undefined) return { kind: 'dns', ...base(dns), name: dns.name, type: dns.type }
  if (udp !== undefined)
    return { kind: 'udp', ...base(udp), payload: udp.payload, requireReply: udp.require_reply }
  if (ping !== undefined) return { kind: 'ping', ...base(ping) }
  if (misc === undefined) return { kind: 'tcp', ...base(tcp) }
  const { timeout, dynamic } = misc
  return { kind: 'misc', ...base(misc), program: programOf(misc, origin), timeout, dynamic }
}

/** How the real servers of a service are found alive; a tcp service that says nothing gets a TCP connection. */
export const checksOf = (service: ServiceWish, origin: Origin): readonly Check[] => {
  const usual: readonly WrittenCheck[] =
    service.protocol === 'tcp' ? [{ kind: 'tcp', wish: { tcp: {} }, at: ['check'] }] : []
  const given = service.check === undefined ? usual : checksIn(service)
  return given.map(({ kind, wish }) =>
    checkOf(wish, isMarked(service) ? usualPort(kind, portsOf(service)) : undefined, origin),
  )
}
