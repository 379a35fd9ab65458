import { createPrivateKey, sign, type KeyObject } from 'node:crypto'
import { stat } from 'node:fs/promises'

import type { ParsedKey } from 'ssh2'
import ssh2 from 'ssh2'

import { onceEach } from '../once-each.ts'
import { openSshForm, publicPart } from './key-form.ts'
import { readWhole } from './read-file.ts'
import * as say from './sentences.ts'

/** A key that cannot be used, and why. */
export interface Unusable {
  readonly why: string
  /** There is no such file. */
  readonly missing?: boolean
  /** The system's ssh could use it. */
  readonly openssh?: boolean
}

/** What an identity file holds. */
export type KeyFile = {
  /** Why OpenSSH would not read a private key out of it. */
  readonly exposed: string | undefined
} & (
  | { readonly kind: 'private'; readonly key: ParsedKey }
  | { readonly kind: 'public'; readonly key: ParsedKey }
  | {
      readonly kind: 'sealed'
      /** Undefined: the file does not say it. */
      readonly half: ParsedKey | undefined
      readonly open: (passphrase: string) => ParsedKey | undefined
    }
)

/** sshkey_load_private(3): longer files are none. */
const largestKey = 2 ** 20

const parse = (data: string | Buffer, passphrase?: string): ParsedKey | Error => {
  const parsed = ssh2.utils.parseKey(data, passphrase) as ParsedKey | ParsedKey[] | Error
  return Array.isArray(parsed) ? (parsed[0] ?? new Error('no key in it')) : parsed
}

const orNone = (parsed: ParsedKey | Error): ParsedKey | undefined =>
  parsed instanceof Error ? undefined : parsed

/** A public key in the wire's form; undefined for what ssh2 does not know. */
export const publicKey = (bytes: Buffer): ParsedKey | undefined => orNone(parse(bytes))

/** ssh2 reads PEM of old, and not PKCS#8, which Node reads. */
const fromNode = (key: KeyObject): ParsedKey | undefined => {
  if (key.asymmetricKeyType === 'ed25519') return orNone(parse(openSshForm(key)))
  const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1'
  return orNone(parse(key.export({ format: 'pem', type }).toString()))
}

const openPem = (text: string, passphrase?: string): ParsedKey | 'sealed' | undefined => {
  try {
    return fromNode(createPrivateKey({ key: text, passphrase: passphrase ?? '' }))
  } catch {
    const sealed = /^-----BEGIN ENCRYPTED PRIVATE KEY-----$|^Proc-Type: 4,ENCRYPTED$/m.test(text)
    return sealed && passphrase === undefined ? 'sealed' : undefined
  }
}

const openPrivate = (text: string, passphrase?: string): ParsedKey | 'sealed' | undefined => {
  if (!text.includes('-----BEGIN OPENSSH PRIVATE KEY-----')) return openPem(text, passphrase)
  const key = parse(text, passphrase)
  if (!(key instanceof Error)) return key.isPrivateKey() ? key : undefined
  return passphrase === undefined && key.message.includes('no passphrase') ? 'sealed' : undefined
}

const publicText = async (file: string): Promise<string> => {
  const whole = await readWhole(file, largestKey)
  return 'why' in whole ? '' : whole.bytes.toString('utf8')
}

/** The first word of a public key's line. */
const typeIn = (text: string): string => /^[\w@.-]+(?= )/.exec(text.trimStart())?.[0] ?? ''

const misfit = (file: string, type: string): string | undefined => {
  if (type.startsWith('sk-')) return say.securityKey(file)
  return type.includes('-cert-v') ? say.certificate(file) : undefined
}

/** The key's own file, without the comment, as OpenSSH reads it. */
export const readKeyFile = async (file: string): Promise<KeyFile | Unusable> => {
  const whole = await readWhole(file, largestKey)
  if ('why' in whole) return { why: say.unreadableKey(file, whole.why), missing: whole.missing }
  const text = whole.bytes.toString('utf8')
  // Somebody else's file is theirs to keep: OpenSSH looks at our own only.
  const ours = whole.uid === process.getuid?.()
  const exposed =
    ours && (whole.mode & 0o077) !== 0 ? say.exposedKey(file, whole.mode & 0o777) : undefined
  if (!/^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/m.test(text)) {
    // ssh2 takes a certificate for a key.
    const strange = misfit(file, typeIn(text))
    if (strange !== undefined) return { why: strange, openssh: true }
    const key = parse(text)
    if (key instanceof Error) return { why: say.strangeKey(file) }
    return { kind: 'public', key, exposed: undefined }
  }
  const inside = publicPart(text)
  const strange = misfit(file, inside?.type ?? '')
  if (strange !== undefined) return { why: strange, openssh: true }
  const key = openPrivate(text)
  if (key === undefined) return { why: say.strangeKey(file) }
  if (key !== 'sealed') return { kind: 'private', key, exposed }
  const half = parse(inside?.bytes ?? (await publicText(`${file}.pub`)))
  return {
    kind: 'sealed',
    half: orNone(half),
    exposed,
    open: (passphrase) => {
      const opened = openPrivate(text, passphrase)
      return opened === 'sealed' ? undefined : opened
    },
  }
}

/** The sentence about a certificate that OpenSSH would show along with the key, if there is one. */
export const certificateBeside = async (file: string): Promise<string | undefined> => {
  const path = `${file}-cert.pub`
  return (await stat(path).catch(() => undefined)) === undefined ? undefined : say.certificate(path)
}

const hashes: Readonly<Record<string, string>> = {
  'rsa-sha2-256': 'sha256',
  'rsa-sha2-512': 'sha512',
  'ssh-rsa': 'sha1',
}

/** ssh2 reads a key's PEM anew for every signature, which takes ten times as long as signing. */
const secretOf = onceEach((key: ParsedKey) => createPrivateKey(key.getPrivatePEM()))

/** The signature, or the reason why there is none. */
export const signWith = (key: ParsedKey, bytes: Buffer, algorithm: string): Buffer | string => {
  if (key.type === 'ssh-ed25519') return sign(null, bytes, secretOf(key))
  const signature = key.sign(bytes, hashes[algorithm]) as Buffer | Error
  return signature instanceof Error ? signature.message : signature
}
