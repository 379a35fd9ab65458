import { createHash, createHmac } from 'node:crypto'

/** One line of a known_hosts file that could be read. sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
export interface KnownKey {
  readonly file: string
  /** Counts from 1. */
  readonly line: number
  /** Absent: an ordinary key. */
  readonly marker?: 'revoked' | 'cert-authority'
  /** The first field as it stands: patterns, or one hash. */
  readonly hosts: string
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, … */
  readonly type: string
  /** The key's bytes in base64. */
  readonly key: string
}

/** What the files say about a key that a host shows. */
export type Verdict =
  | { readonly kind: 'known' }
  /** `authority`: a line that would know it by a certificate, which cannot be honoured here. */
  | { readonly kind: 'unknown'; readonly authority: KnownKey | undefined }
  /** The host is known by another key, of the same type if it is known by one. */
  | { readonly kind: 'changed'; readonly old: KnownKey }
  | { readonly kind: 'revoked'; readonly by: KnownKey }

const parseLine = (text: string, file: string, line: number): KnownKey | undefined => {
  const words = text.trim().split(/[ \t]+/)
  const marker =
    words[0] === '@revoked' || words[0] === '@cert-authority' ? words.shift() : undefined
  const [hosts, type, key] = words
  if (hosts === undefined || type === undefined || key === undefined) return undefined
  if (hosts.startsWith('#') || hosts.startsWith('@') || !/^[a-z]/.test(type)) return undefined
  const bytes = Buffer.from(key, 'base64')
  if (bytes.length < 4 || keyType(bytes) !== type) return undefined
  return {
    file,
    line,
    ...(marker === undefined ? {} : { marker: marker.slice(1) as 'revoked' | 'cert-authority' }),
    hosts,
    type,
    key: bytes.toString('base64'),
  }
}

/** The lines of one file that hold keys; the others mean nothing, as for OpenSSH. */
export const parseKnownHosts = (text: string, file: string): readonly KnownKey[] =>
  text
    .split('\n')
    .map((line, n) => parseLine(line, file, n + 1))
    .filter((known) => known !== undefined)

/** The type that a key in the wire's form carries in front. RFC 4253, 6.6; empty when it carries none. */
export const keyType = (key: Buffer): string =>
  key.length < 4 ? '' : key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1')

/** `SHA256:…`, as ssh-keygen -l prints it. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`

/** How known_hosts spells a host: `lb1`, or `[lb1]:2222` where the port is not 22. */
export const knownName = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${String(port)}`

/** The line that makes a key known for a host. */
export const lineToAdd = (host: string, port: number, key: Buffer): string =>
  `${knownName(host, port)} ${keyType(key)} ${key.toString('base64')}`

const isHash = (salt: string, hash: string, name: string): boolean =>
  createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash

const fits = (pattern: string, name: string): boolean => {
  const source = pattern
    .toLowerCase()
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 's').test(name)
}

const names = (known: KnownKey, name: string): boolean => {
  const hashed = /^\|1\|([^|]+)\|([^|]+)$/.exec(known.hosts)
  if (hashed !== null) return isHash(hashed[1] ?? '', hashed[2] ?? '', name)
  const patterns = known.hosts.split(',')
  if (patterns.some((each) => each.startsWith('!') && fits(each.slice(1), name))) return false
  return patterns.some((each) => !each.startsWith('!') && fits(each, name))
}

const judge = (about: readonly KnownKey[], key: string, type: string): Verdict => {
  const by = about.find((known) => known.marker === 'revoked' && known.key === key)
  if (by !== undefined) return { kind: 'revoked', by }
  const plain = about.filter((known) => known.marker === undefined)
  if (plain.some((known) => known.key === key)) return { kind: 'known' }
  const old = plain.find((known) => known.type === type) ?? plain[0]
  if (old !== undefined) return { kind: 'changed', old }
  return { kind: 'unknown', authority: about.find((known) => known.marker === 'cert-authority') }
}

/**
 * Whether a key that a host shows may be believed. Like OpenSSH, a host on another port is also known by
 * its bare name; unlike OpenSSH, a key of a type never seen is `changed` where another type is known,
 * because the known types were asked for first.
 */
export const judgeKey = (
  known: readonly KnownKey[],
  host: string,
  port: number,
  key: Buffer,
): Verdict => {
  const about = (name: string) => known.filter((each) => names(each, name))
  const shown = key.toString('base64')
  const verdict = judge(about(knownName(host, port)), shown, keyType(key))
  if (verdict.kind !== 'unknown' || port === 22) return verdict
  const bare = judge(about(knownName(host, 22)), shown, keyType(key))
  return bare.kind === 'known' || bare.kind === 'revoked' ? bare : verdict
}

/** The lines that speak of a host, on its port or by its bare name. */
export const linesAbout = (
  known: readonly KnownKey[],
  host: string,
  port: number,
): readonly KnownKey[] =>
  known.filter((each) => names(each, knownName(host, port)) || names(each, knownName(host, 22)))

/** The types of the keys by which a host is known. */
export const knownTypes = (
  known: readonly KnownKey[],
  host: string,
  port: number,
): readonly string[] => {
  const plain = known.filter((each) => each.marker === undefined)
  const types = (name: string) => plain.filter((each) => names(each, name)).map((each) => each.type)
  const exact = types(knownName(host, port))
  return [...new Set(exact.length > 0 || port === 22 ? exact : types(knownName(host, 22)))]
}
