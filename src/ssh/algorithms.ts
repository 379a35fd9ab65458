import type { Algorithms, ServerHostKeyAlgorithm } from 'ssh2'

const hostKeys: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
]

/** RFC 8332: an RSA key is one type, whatever hash it signs with. */
const typeOf = (algorithm: ServerHostKeyAlgorithm): string =>
  algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm

/**
 * What is offered to a host: nothing with SHA-1, CBC or DSA. The key types by which it is known come
 * first, as OpenSSH orders them, so that it shows the key that can be compared.
 */
export const algorithmsFor = (knownTypes: readonly string[]): Algorithms => ({
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
  serverHostKey: [
    ...hostKeys.filter((each) => knownTypes.includes(typeOf(each))),
    ...hostKeys.filter((each) => !knownTypes.includes(typeOf(each))),
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
  ],
  hmac: [
    'hmac-sha2-256-etm@openssh.com',
    'hmac-sha2-512-etm@openssh.com',
    'hmac-sha2-256',
    'hmac-sha2-512',
  ],
  compress: ['none'],
})
