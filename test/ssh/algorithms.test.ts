import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, describe, expect, it } from 'vitest'

import {
  algorithmsFor,
  defaultAlgorithms,
  knownAlgorithms,
  mayShow,
  rsaAlgorithm,
} from '../../src/ssh/algorithms.ts'
import { wantedAlgorithms } from '../../src/ssh/wanted-algorithms.ts'
import { folder, of } from './config/read.ts'

afterAll(() => rmSync(folder, { recursive: true }))

const ssh2 = createRequire(import.meta.url)('ssh2/lib/protocol/constants.js') as Record<
  string,
  readonly string[]
>

describe('what may be asked for is what ssh2 can do here', () => {
  it.each([
    ['kex', 'SUPPORTED_KEX'],
    ['hostKey', 'SUPPORTED_SERVER_HOST_KEY'],
    ['cipher', 'SUPPORTED_CIPHER'],
    ['mac', 'SUPPORTED_MAC'],
  ] as const)('%s', (kind, name) => {
    // Two names of ssh2's own are not OpenSSH's.
    const theirs = (ssh2[name] ?? []).filter((each) => !/^aes\d+-gcm$/.test(each))
    expect([...knownAlgorithms[kind]].sort()).toEqual([...theirs].sort())
  })
})

it('nothing of old is offered unasked', () => {
  const offered = Object.values(algorithmsFor({}, [])).flat()
  expect(offered.filter((each) => /sha1|cbc|md5|dss|^ssh-rsa$|group1-/.test(String(each)))).toEqual(
    [],
  )
})

it('a host is asked first for the types by which it is known', () => {
  const { serverHostKey } = algorithmsFor({}, ['ssh-rsa', 'ecdsa-sha2-nistp384'])
  expect(serverHostKey).toEqual([
    ...['ecdsa-sha2-nistp384', 'rsa-sha2-512', 'rsa-sha2-256'],
    ...['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp521'],
  ])
  const wanted = { hostKey: ['ssh-ed25519', 'ssh-rsa'] }
  expect(algorithmsFor(wanted, ['ssh-rsa']).serverHostKey).toEqual(['ssh-rsa', 'ssh-ed25519'])
})

// OpenSSH's sshconnect2.c, ssh_kex2 and order_hostkeyalgs.
it.each([
  ['ecdsa-sha2-nistp256', '', 'ecdsa-sha2-nistp256'],
  ['ecdsa-sha2-nistp256', '+ssh-rsa', 'ecdsa-sha2-nistp256'],
  ['ecdsa-sha2-nistp256', '-rsa-sha2-256', 'ecdsa-sha2-nistp256'],
  // A list of the user's own, and what ^ puts in front of it, keep their order.
  ['ecdsa-sha2-nistp256', 'ssh-ed25519,ecdsa-sha2-nistp256', 'ssh-ed25519'],
  ['ecdsa-sha2-nistp256', '^rsa-sha2-512', 'rsa-sha2-512'],
  // A key of the type that OpenSSH likes best is known: its certificates are, too.
  ['ssh-ed25519 ssh-rsa', '-ssh-ed25519', 'ecdsa-sha2-nistp256'],
  ['ssh-ed25519 ssh-rsa', '-ssh-ed25519*', 'rsa-sha2-512'],
  ['ssh-rsa', '-ssh-ed25519', 'rsa-sha2-512'],
])(
  'a host known by %s, with HostKeyAlgorithms "%s", is asked for %s first',
  async (known, said, first) => {
    const { wanted } = wantedAlgorithms(await of(said === '' ? '' : `HostKeyAlgorithms ${said}`))
    const [asked] = algorithmsFor(wanted, known.split(' ')).serverHostKey as string[]
    expect(asked).toBe(first)
  },
)

it('an RSA key signs with SHA-1 only where it may and the host is not known to know better', () => {
  const modern = defaultAlgorithms.publicKey
  expect(rsaAlgorithm('rsa-sha2-256', modern)).toBe('rsa-sha2-256')
  expect(rsaAlgorithm('ssh-rsa', modern)).toBe('rsa-sha2-512')
  expect(rsaAlgorithm('ssh-rsa', [...modern, 'ssh-rsa'])).toBe('ssh-rsa')
  expect(rsaAlgorithm('rsa-sha2-512', [...modern, 'ssh-rsa'])).toBe('rsa-sha2-512')
  expect(mayShow('ssh-rsa', ['ssh-ed25519'])).toBe(false)
  expect(mayShow('ssh-dss', modern)).toBe(false)
})
