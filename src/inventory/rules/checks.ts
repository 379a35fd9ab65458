import type { Protocol } from '../network.ts'
import { checksIn } from '../derive/checks.ts'
import type { CheckKind } from '../schema/check.ts'
import { each } from './services.ts'
import type { Complaint } from './rule.ts'

const spoken: Readonly<Partial<Record<CheckKind, Protocol>>> = {
  tcp: 'tcp',
  http: 'tcp',
  https: 'tcp',
  smtp: 'tcp',
  dns: 'udp',
  udp: 'udp',
}

// Name servers listen on both, and many a udp service can be told from its tcp port of the same number.
const neighbours: Readonly<Record<Protocol, readonly CheckKind[]>> = {
  tcp: ['dns'],
  udp: ['tcp'],
  sctp: [],
}

const instead: Readonly<Record<Protocol, string>> = {
  tcp: 'tcp, http, https, smtp or ping',
  udp: 'dns, udp, tcp if it listens there too, or none',
  sctp: 'ping, misc or none',
}

/** A check that can say something about the service. */
export const fittingCheck = each((service): readonly Complaint[] => {
  const { protocol, check } = service
  if (check === undefined && protocol !== 'tcp') {
    const message = `${protocol === 'udp' ? 'a udp' : 'an sctp'} service without "check": a dead real server stays in the pool; add one, or say check: none`
    return [{ path: [], message, warning: true }]
  }
  return checksIn(service).flatMap(({ kind, wish, at }) => {
    const over = spoken[kind]
    const own = wish[kind]
    // Who gives a port knows that something else listens there.
    const isElsewhere = own !== undefined && 'port' in own && own.port !== undefined
    if (over === undefined || over === protocol || isElsewhere) return []
    if (neighbours[protocol].includes(kind)) return []
    const message = `asks a ${over} port, and this service is ${protocol}; check it with ${instead[protocol]}, or give this check the ${over} port that tells whether it lives`
    return [{ path: at, message }]
  })
})
