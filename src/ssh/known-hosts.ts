import { createHash } from 'node:crypto'

import { hashedName, lower } from './known-names.ts'

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
  /** `barely`: by the name without the port on which it listens. */
  | { readonly kind: 'known'; readonly barely?: true }
  /** `authority`: a line that would know it by a certificate, which cannot be honoured here. */
  | { readonly kind: 'unknown'; readonly authority: KnownKey | undefined }
  /** The host is known by another key, of the same type if it is known by one. */
  | { readonly kind: 'changed'; readonly old: KnownKey }
  | { readonly kind: 'revoked'; readonly by: KnownKey }

/** How many fields follow the type in a key's bytes. RFC 4253, 6.6; RFC 5656, 3.1; RFC 8709; PROTOCOL.u2f. */
const fields: Readonly<Record<string, number>> = {
  'ssh-ed25519': 1,
  'ssh-rsa': 2,
  'ssh-dss': 4,
  'ecdsa-sha2-nistp256': 2,
  'ecdsa-sha2-nistp384': 2,
  'ecdsa-sha2-nistp521': 2,
  'sk-ssh-ed25519@openssh.com': 2,
  'sk-ecdsa-sha2-nistp256@openssh.com': 3,
}

/** The type that a key in the wire's form carries in front. RFC 4253, 6.6; empty when it carries none. */
export const keyType = (key: Buffer): string =>
  key.length < 4 ? '' : key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1')

/** How many fields follow the type in a key's bytes; undefined: it is no type of a plain key. */
export const fieldsOf = (type: string): number | undefined =>
  Object.hasOwn(fields, type) ? fields[type] : undefined

/** A key of a type that OpenSSH knows, whole and with nothing behind it; a certificate is none. */
export const isPlainKey = (key: Buffer): boolean => {
  const wanted = fieldsOf(keyType(key))
  let at = 0
  let count = 0
  while (at + 4 <= key.length) {
    at += 4 + key.readUInt32BE(at)
    count += 1
  }
  return wanted !== undefined && at === key.length && count === wanted + 1
}

const parseLine = (text: string, file: string, line: number): KnownKey | undefined => {
  const words = text.trim().split(/[ \t]+/, 5)
  const marker =
    words[0] === '@revoked' || words[0] === '@cert-authority' ? words.shift() : undefined
  const [hosts, type, key] = words
  if (hosts === undefined || type === undefined || key === undefined) return undefined
  if (hosts.startsWith('#') || hosts.startsWith('@') || !Object.hasOwn(fields, type)) {
    return undefined
  }
  const bytes = Buffer.from(key, 'base64')
  if (bytes.toString('base64') !== key || keyType(bytes) !== type || !isPlainKey(bytes)) {
    return undefined
  }
  return {
    file,
    line,
    ...(marker === undefined ? {} : { marker: marker.slice(1) as 'revoked' | 'cert-authority' }),
    hosts,
    type,
    key,
  }
}

/** The lines of one file that hold keys; the others mean nothing, as for OpenSSH. */
export const parseKnownHosts = (text: string, file: string): readonly KnownKey[] =>
  text
    .split('\n')
    .map((line, n) => parseLine(line, file, n + 1))
    .filter((known) => known !== undefined)

/** `SHA256:…`, as ssh-keygen -l prints it. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`

/** Whose key it is. */
export interface Named {
  readonly host: string
  readonly port: number
  readonly hostKeyAlias: string | undefined
}

/** How known_hosts spells a host: `lb1`, or `[lb1]:2222` where the port is not 22. */
export const knownName = (host: string, port: number): string =>
  port === 22 ? lower(host) : `[${lower(host)}]:${String(port)}`

/** The name by which a host's key is known; its alias stands as it is. */
export const nameOf = ({ host, port, hostKeyAlias }: Named): string =>
  hostKeyAlias === undefined ? knownName(host, port) : lower(hostKeyAlias)

/** A host on another port is also known by its bare name; `undefined` where that is no other name. */
export const bareName = ({ host, port, hostKeyAlias }: Named): string | undefined =>
  port === 22 || hostKeyAlias !== undefined ? undefined : lower(host)

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1'

/**
 * The name by which the address of a host is known. OpenSSH's sshconnect.c, check_host_key: undefined where it compares
 * none, be it this machine's own or what the host is called by anyhow. `host`: where it is connected to.
 */
export const addressName = (host: string, port: number, address: string): string | undefined => {
  const name = knownName(address, port)
  return isLoopback(address) || name === lower(host) ? undefined : name
}

const lineOf = (name: string, key: Buffer, hashed: boolean): string =>
  `${hashed ? hashedName(name) : name} ${keyType(key)} ${key.toString('base64')}`

/** The line that makes a key known for a host. */
export const lineToAdd = (named: Named, key: Buffer, hashed = false): string =>
  lineOf(nameOf(named), key, hashed)

/** The lines that make a key known by several names: each has its own hash. */
export const linesToAdd = (
  names: readonly string[],
  key: Buffer,
  hashed: boolean,
): readonly string[] =>
  (hashed ? names : [names.join(',')]).map((name) => lineOf(name, key, hashed))

/** Whether a key that a host shows may be believed, by the lines about one of its names. OpenSSH's hostfile.c. */
export const judgeKey = (about: readonly KnownKey[], shown: Buffer): Verdict => {
  const [key, type] = [shown.toString('base64'), keyType(shown)]
  const by = about.find((known) => known.marker === 'revoked' && known.key === key)
  if (by !== undefined) return { kind: 'revoked', by }
  const plain = about.filter((known) => known.marker === undefined)
  if (plain.some((known) => known.key === key)) return { kind: 'known' }
  // A key of a type never seen is changed too: the known types were asked for first.
  const old = plain.find((known) => known.type === type) ?? plain[0]
  if (old !== undefined) return { kind: 'changed', old }
  return { kind: 'unknown', authority: authorityOf(about) }
}

/** The types of keys that these lines know a host by: the first of its type is not revoked. OpenSSH's hostfile.c. */
export const typesOf = (about: readonly KnownKey[]): readonly string[] => {
  const revoked = about.filter((each) => each.marker === 'revoked').map((each) => each.key)
  const first = new Map<string, string>()
  for (const { marker, type, key } of about)
    if (marker === undefined && !first.has(type)) first.set(type, key)
  return [...first].filter(([, key]) => !revoked.includes(key)).map(([type]) => type)
}

export const authorityOf = (about: readonly KnownKey[]): KnownKey | undefined =>
  about.find((known) => known.marker === 'cert-authority')
