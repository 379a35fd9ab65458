import { randomBytes, type KeyObject } from 'node:crypto'

// OpenSSH's own form of a private key: PROTOCOL.key of its sources.

const magic = Buffer.from('openssh-key-v1\0')

/** A length in four bytes, then the bytes. RFC 4251, 5. */
export const packed = (data: Buffer | string): Buffer => {
  const bytes = Buffer.from(data)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** The same number of fields back, and what follows; undefined when they are cut off. */
export const unpacked = (
  bytes: Buffer,
  count: number,
): { readonly fields: readonly Buffer[]; readonly rest: Buffer } | undefined => {
  const fields: Buffer[] = []
  let at = 0
  while (fields.length < count) {
    if (at + 4 > bytes.length) return undefined
    const end = at + 4 + bytes.readUInt32BE(at)
    if (end > bytes.length) return undefined
    fields.push(bytes.subarray(at + 4, end))
    at = end
  }
  return { fields, rest: bytes.subarray(at) }
}

/** The public half that stands in the open even where the private one is encrypted. */
export const publicPart = (
  text: string,
): { readonly type: string; readonly bytes: Buffer } | undefined => {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\w+/=\s]*)-----END/.exec(text)?.[1]
  const whole = Buffer.from(body ?? '', 'base64')
  if (!whole.subarray(0, magic.length).equals(magic)) return undefined
  // Cipher, KDF and its options; then the number of keys, which is 1.
  const front = unpacked(whole.subarray(magic.length), 3)
  const bytes = front === undefined ? undefined : unpacked(front.rest.subarray(4), 1)?.fields[0]
  const type = bytes === undefined ? undefined : unpacked(bytes, 1)?.fields[0]
  return bytes === undefined || type === undefined
    ? undefined
    : { type: type.toString('latin1'), bytes }
}

/** What the type of a certificate ends with. PROTOCOL.certkeys of OpenSSH. */
export const certified = '-cert-v01@openssh.com'

/** Whether a type is one of certificates. */
export const isCertificate = (type: string): boolean => type.endsWith(certified)

/**
 * The key that a certificate is about, by itself; undefined: it is one of a security key, or no certificate. `fields`: how
 * many a key of this type has.
 */
export const certifiedKey = (
  bytes: Buffer,
  fieldsOf: (type: string) => number | undefined,
): Buffer | undefined => {
  const type = unpacked(bytes, 1)?.fields[0]?.toString('latin1') ?? ''
  const plain = type.slice(0, -certified.length)
  const count = isCertificate(type) ? fieldsOf(plain) : undefined
  // Behind the type stands a nonce.
  const all = count === undefined ? undefined : unpacked(bytes, 2 + count)
  return all === undefined
    ? undefined
    : Buffer.concat([packed(plain), ...all.fields.slice(2).map((field) => packed(field))])
}

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** An Ed25519 key, for which PEM has no other form than PKCS#8, which ssh2 does not read. */
export const openSshForm = (key: KeyObject): string => {
  const { x = '', d = '' } = key.export({ format: 'jwk' })
  const [half, seed] = [Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url')]
  const both = Buffer.concat([packed('ssh-ed25519'), packed(half)])
  const check = randomBytes(4)
  const secret = Buffer.concat([
    ...[check, check, both],
    ...[packed(Buffer.concat([seed, half])), packed('')],
  ])
  const padding = Buffer.from(
    Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, n) => n + 1),
  )
  const whole = Buffer.concat([
    ...[magic, packed('none'), packed('none'), packed(''), word(1)],
    ...[packed(both), packed(Buffer.concat([secret, padding]))],
  ])
  const lines = whole.toString('base64').replaceAll(/.{1,70}/g, '$&\n')
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}-----END OPENSSH PRIVATE KEY-----\n`
}
