import { getCiphers, getHashes } from 'node:crypto'

import type {
  Algorithms,
  CipherAlgorithm,
  KexAlgorithm,
  MacAlgorithm,
  ServerHostKeyAlgorithm,
} from 'ssh2'

import type { WantedAlgorithms } from './reach.ts'

/** In OpenSSH's words for them. */
interface AlgorithmLists {
  readonly kex: readonly KexAlgorithm[]
  readonly hostKey: readonly ServerHostKeyAlgorithm[]
  readonly cipher: readonly CipherAlgorithm[]
  readonly mac: readonly MacAlgorithm[]
  readonly publicKey: readonly string[]
}

/** Types of keys in OpenSSH's own order. */
export const keyTypes = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const

/** What is offered to a host of which nobody says otherwise: nothing with SHA-1, CBC or DSA. */
export const defaultAlgorithms: AlgorithmLists = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group-exchange-sha256',
  ],
  hostKey: keyTypes,
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
  ],
  mac: [
    'hmac-sha2-256-etm@openssh.com',
    'hmac-sha2-512-etm@openssh.com',
    'hmac-sha2-256',
    'hmac-sha2-512',
  ],
  publicKey: keyTypes,
}

const cbc: Readonly<Record<string, CipherAlgorithm>> = {
  'aes-256-cbc': 'aes256-cbc',
  'aes-192-cbc': 'aes192-cbc',
  'aes-128-cbc': 'aes128-cbc',
  'des-ede3-cbc': '3des-cbc',
}
const oldMacs: Readonly<Record<string, readonly MacAlgorithm[]>> = {
  sha1: ['hmac-sha1-etm@openssh.com', 'hmac-sha1', 'hmac-sha1-96'],
  md5: ['hmac-md5', 'hmac-md5-96'],
  ripemd160: ['hmac-ripemd160'],
}
const availableIn = <Name>(
  names: readonly string[],
  table: Readonly<Record<string, Name>>,
): readonly Name[] =>
  Object.entries(table)
    .filter(([name]) => names.includes(name))
    .map(([, value]) => value)

/** All that can be spoken, should a person ask for it: what ssh2 knows and this Node.js can compute. */
export const knownAlgorithms: AlgorithmLists = {
  kex: [
    ...defaultAlgorithms.kex,
    'diffie-hellman-group15-sha512',
    'diffie-hellman-group17-sha512',
    'diffie-hellman-group-exchange-sha1',
    'diffie-hellman-group14-sha1',
    'diffie-hellman-group1-sha1',
  ],
  hostKey: [...defaultAlgorithms.hostKey, 'ssh-rsa', 'ssh-dss'],
  cipher: [...defaultAlgorithms.cipher, ...availableIn(getCiphers(), cbc)],
  mac: [
    ...defaultAlgorithms.mac,
    'hmac-sha2-256-96',
    'hmac-sha2-512-96',
    ...availableIn(getHashes(), oldMacs).flat(),
  ],
  publicKey: [...defaultAlgorithms.publicKey, 'ssh-rsa', 'ssh-dss'],
}

/** RFC 8332: an RSA key is one type, whatever hash it signs with. */
const typeOf = (algorithm: string): string => (algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm)

/**
 * What is offered to a host. The key types by which it is known come first, as OpenSSH orders them, so that it
 * shows the key that can be compared.
 */
export const algorithmsFor = (
  wanted: WantedAlgorithms,
  knownTypes: readonly string[],
): Algorithms => {
  const hostKeys = (wanted.hostKey ?? defaultAlgorithms.hostKey) as ServerHostKeyAlgorithm[]
  const isKnown = (algorithm: string): boolean => knownTypes.includes(typeOf(algorithm))
  // Where the best of them is known, OpenSSH takes them all as they stand: sshconnect2.c, order_hostkeyalgs.
  const best = wanted.best ?? hostKeys[0]
  const asTheyStand = best === 'any' || (best !== undefined && isKnown(best))
  return {
    kex: wanted.kex ?? [...defaultAlgorithms.kex],
    serverHostKey: asTheyStand
      ? [...hostKeys]
      : [...hostKeys.filter(isKnown), ...hostKeys.filter((each) => !isKnown(each))],
    cipher: wanted.cipher ?? [...defaultAlgorithms.cipher],
    hmac: wanted.mac ?? [...defaultAlgorithms.mac],
    compress: ['none'],
  }
}

/** The lists that are empty: there ssh2 would take its own defaults, old ones among them. */
export const emptyLists = (algorithms: Algorithms): readonly string[] =>
  Object.entries(algorithms)
    .filter(([, list]) => Array.isArray(list) && list.length === 0)
    .map(([name]) => name)

/** The algorithm that an RSA key signs with; `hosts`: what the host is said to know. RFC 8332. */
export const rsaAlgorithm = (hosts: string, accepted: readonly string[]): string | undefined =>
  accepted.includes(hosts)
    ? hosts
    : // A host that says nothing of SHA-2 may know it all the same.
      ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'].find((each) => accepted.includes(each))

/** Whether a key of this type may be shown to a host at all. */
export const mayShow = (type: string, accepted: readonly string[]): boolean =>
  type === 'ssh-rsa' ? rsaAlgorithm('', accepted) !== undefined : accepted.includes(type)
