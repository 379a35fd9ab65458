import type { Client, ParsedKey } from 'ssh2'

type Sign = (bytes: Buffer, done: (signature: Buffer) => void) => void
type AuthPK = (user: string, key: ParsedKey, algorithm?: string, sign?: Sign) => void
type Failed = (protocol: unknown, offers: readonly string[], partial: boolean) => void

type Ask = (service: string) => void
type Accepted = (protocol: unknown, service: string) => void

interface Inside {
  readonly _protocol?: {
    authPK?: AuthPK
    service?: Ask
    readonly _handlers?: { USERAUTH_FAILURE?: Failed; SERVICE_ACCEPT?: Accepted | undefined }
  }
}

/** The key that is being shown to a host. */
export interface Shown {
  /** The signature goes with the first request. */
  readonly atOnce: boolean
  /** The algorithm to sign with; `hosts`: what ssh2 would take. */
  readonly algorithm: (hosts: string) => string
  readonly sign: (bytes: Buffer, algorithm: string) => Promise<Buffer | string>
}

/** What ssh2 keeps to itself. */
export interface Heed {
  readonly shown: () => Shown | undefined
  /** The host has refused something, or taken it and wants more. */
  readonly failed: (offers: readonly string[], partial: boolean) => void
}

/**
 * Sends a private key's signature with the first request (RFC 4252, 7), without asking first whether the key would
 * do: one round trip less than ssh2 makes by itself. An RSA key signs with the algorithm that `heed` says (RFC 8332).
 * And after a key of an agent's, ssh2 does not tell what the host wants next; here it is heard.
 * To be called after `connect()`; an ssh2 that is built otherwise than is seen here is left as it is.
 */
export const signAtOnce = (client: Client, heed: Heed): void => {
  const protocol = (client as unknown as Inside)._protocol
  const handlers = protocol?._handlers
  const [ask, failed] = [protocol?.authPK, handlers?.USERAUTH_FAILURE]
  if (protocol === undefined || ask === undefined) return
  protocol.authPK = (user, key, hosts, sign) => {
    const shown = heed.shown()
    const algorithm = shown?.algorithm(hosts ?? key.type) ?? hosts
    if (sign !== undefined || shown?.atOnce !== true) {
      ask.call(protocol, user, key, algorithm, sign)
      return
    }
    ask.call(protocol, user, key, algorithm, (bytes, done) => {
      shown
        .sign(bytes, algorithm ?? key.type)
        .then((signature) => {
          if (typeof signature === 'string') throw new Error(signature)
          done(signature)
        })
        .catch((error: unknown) => client.emit('error', error as Error))
    })
  }
  if (handlers === undefined || failed === undefined) return
  handlers.USERAUTH_FAILURE = (self, offers, partial) => {
    heed.failed(offers, partial)
    failed(self, offers, partial)
  }
}

/**
 * Logs in with the same breath that asks for the service which takes logins, without waiting for the word that there is
 * one: RFC 4253, 10, has a server that has none end the connection. One round trip less than ssh2 makes by itself. To be
 * called after `connect()`; an ssh2 that is built otherwise than is seen here is left as it is.
 */
export const logInAtOnce = (client: Client): void => {
  const protocol = (client as unknown as Inside)._protocol
  const handlers = protocol?._handlers
  const [ask, accepted] = [protocol?.service, handlers?.SERVICE_ACCEPT]
  if (protocol === undefined || handlers === undefined) return
  if (ask === undefined || accepted === undefined) return
  protocol.service = (service) => {
    ask.call(protocol, service)
    handlers.SERVICE_ACCEPT = undefined
    accepted(protocol, service)
  }
}
