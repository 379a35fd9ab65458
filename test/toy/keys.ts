import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export type KeyType = 'ed25519' | 'ecdsa' | 'rsa'

export interface KeyPair {
  /** The private key's file; the public one stands beside it with `.pub`. */
  readonly file: string
  /** `ssh-ed25519 AAAA…`, without a comment. */
  readonly publicKey: string
}

const bits: Readonly<Record<KeyType, readonly string[]>> = {
  ed25519: [],
  ecdsa: ['-b', '256'],
  rsa: ['-b', '2048'],
}

/** A fresh key pair made by ssh-keygen; `file` must not exist. */
export const makeKey = (file: string, type: KeyType = 'ed25519', passphrase = ''): KeyPair => {
  execFileSync('ssh-keygen', [
    ...['-q', '-t', type, ...bits[type], '-N', passphrase],
    ...['-C', `toy ${type}`, '-f', file],
  ])
  return { file, publicKey: readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ') }
}
