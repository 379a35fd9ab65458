import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export type KeyType = 'ed25519' | 'ecdsa' | 'ecdsa384' | 'ecdsa521' | 'rsa'

/** OpenSSH's own, PEM as it was before, and PKCS#8; Ed25519 has only the first for ssh-keygen. */
export type KeyForm = 'RFC4716' | 'PEM' | 'PKCS8'

export interface KeyPair {
  /** The private key's file; the public one stands beside it with `.pub`. */
  readonly file: string
  /** `ssh-ed25519 AAAA…`, without a comment. */
  readonly publicKey: string
}

const kinds: Readonly<Record<KeyType, readonly string[]>> = {
  ed25519: ['-t', 'ed25519'],
  ecdsa: ['-t', 'ecdsa', '-b', '256'],
  ecdsa384: ['-t', 'ecdsa', '-b', '384'],
  ecdsa521: ['-t', 'ecdsa', '-b', '521'],
  rsa: ['-t', 'rsa', '-b', '2048'],
}

/** A fresh key pair made by ssh-keygen; `file` must not exist. */
export const makeKey = (
  file: string,
  type: KeyType = 'ed25519',
  passphrase = '',
  form: KeyForm = 'RFC4716',
): KeyPair => {
  execFileSync('ssh-keygen', [
    ...['-q', ...kinds[type], '-m', form, '-N', passphrase],
    ...['-C', `toy ${type}`, '-f', file],
  ])
  return { file, publicKey: readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ') }
}
