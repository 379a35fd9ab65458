import type { Client, ParsedKey } from 'ssh2'

type Sign = (bytes: Buffer, done: (signature: Buffer) => void) => void
type AuthPK = (
  user: string,
  key: ParsedKey,
  algorithm: string | Sign | undefined,
  sign?: Sign,
) => void

interface Inside {
  readonly _protocol?: { authPK?: AuthPK }
}

/**
 * Sends a private key's signature with the first request (RFC 4252, 7), without asking first whether the
 * key would do: one round trip less than ssh2 makes by itself. RSA keys sign with SHA-2 only (RFC 8332).
 * To be called after `connect()`; an ssh2 that is built otherwise than is seen here asks first.
 */
export const signAtOnce = (client: Client): void => {
  const protocol = (client as unknown as Inside)._protocol
  const ask = protocol?.authPK
  if (protocol === undefined || ask === undefined) return
  protocol.authPK = (user, key, algorithm, sign) => {
    const asksFirst = sign === undefined && typeof algorithm !== 'function'
    if (!asksFirst || !key.isPrivateKey()) {
      ask.call(protocol, user, key, algorithm, sign)
      return
    }
    const rsa = key.type === 'ssh-rsa'
    const sha2 = algorithm === 'rsa-sha2-256' ? 'sha256' : 'sha512'
    const name = rsa ? `rsa-sha2-${sha2.slice(3)}` : algorithm
    ask.call(protocol, user, key, name, (bytes, done) => {
      const signature = key.sign(bytes, rsa ? sha2 : undefined) as Buffer | Error
      if (signature instanceof Error) throw signature
      done(signature)
    })
  }
}
