import { cause, type ReachError } from '../../errors.ts'
import { quote } from '../../sh/sh.ts'
import type { Hop } from '../hop.ts'
import { fingerprint, keyType, nameOf, lineToAdd, type KnownKey } from '../known-hosts.ts'
import { tameWord } from '../../printable.ts'
import { reach } from './words.ts'

const kinds: Readonly<Record<string, string>> = { 'ssh-ed25519': 'ED25519', 'ssh-rsa': 'RSA' }
const kind = (type: string): string =>
  kinds[type] ?? (type.startsWith('ecdsa-') ? 'ECDSA' : tameWord(type))
const article = (word: string): string => (/^[AEIOR]/.test(word) ? 'an' : 'a')
const shows = (key: Buffer): string => `${kind(keyType(key))} key ${fingerprint(key)}`
const at = (known: KnownKey): string => `${known.file}:${String(known.line)}`
const firstFile = (hop: Hop): string => hop.ssh.userKnownHostsFiles[0] ?? 'a known_hosts file'
const line = (hop: Hop, key: Buffer): string => lineToAdd(hop.ssh, key)
const keyFile = (key: Buffer): string =>
  `/etc/ssh/ssh_host_${kind(keyType(key)).toLowerCase()}_key.pub`

/** No file knows the host. */
export const unknownKey = (hop: Hop, key: Buffer, authority: KnownKey | undefined): ReachError => {
  const why =
    authority === undefined
      ? 'which no known_hosts file holds'
      : `which only ${at(authority)} could vouch for, by a certificate (@cert-authority): ssh.transport: openssh checks those`
  return reach(
    hop,
    'host key',
    `shows the ${shows(key)}, ${why}. If ssh-keygen -lf ${keyFile(key)} on its own console prints the same, add this line to ${firstFile(hop)}:\n${line(hop, key)}`,
  )
}

/** Another key is known. */
export const changedKey = (hop: Hop, key: Buffer, old: KnownKey): ReachError => {
  const name = quote(nameOf(hop.ssh))
  const known = kind(old.type)
  const instead =
    old.type === keyType(key)
      ? `while ${at(old)} holds ${fingerprint(Buffer.from(old.key, 'base64'))}`
      : `though ${at(old)} holds ${article(known)} ${known} key, which it was asked for first`
  return reach(
    hop,
    'host key',
    `shows the ${shows(key)}, ${instead}. Somebody may stand between; if the host was installed anew, forget the old key and run again:\nssh-keygen -R ${name} -f ${quote(old.file)}`,
  )
}

/** CheckHostIP: what it is called and where it is do not go together. `name`: of the address. */
export const otherAddress = (hop: Hop, key: Buffer, name: string, old: KnownKey): ReachError =>
  reach(
    hop,
    'host key',
    `shows the ${shows(key)}, while ${at(old)} holds ${fingerprint(Buffer.from(old.key, 'base64'))} for its address (CheckHostIP in ssh_config). Somebody may answer in its name; if another host had the address before, forget that key and run again:\nssh-keygen -R ${quote(name)} -f ${quote(old.file)}`,
  )

/** The key is known to be stolen or thrown away. */
export const revokedKey = (hop: Hop, key: Buffer, by: KnownKey): ReachError =>
  reach(
    hop,
    'host key',
    `shows the ${shows(key)}, which ${at(by)} has revoked. Give the host a new key: ssh-keygen -A makes those that are missing.`,
  )

/** It is no key, or one with something behind it: a certificate, or worse. */
export const strangeHostKey = (hop: Hop): ReachError =>
  reach(
    hop,
    'host key',
    'shows something that is no plain key, though it was asked for one. Is it an SSH server, and is nobody between?',
  )

/** `why`: in words. */
export const unreadableKnownHosts = (hop: Hop, file: string, why: string): ReachError =>
  reach(hop, 'host key', `cannot be verified: ${file} cannot be read, ${why}.`)

export const unwritableKnownHosts = (
  hop: Hop,
  file: string,
  text: string,
  code: string,
): ReachError =>
  reach(
    hop,
    'host key',
    `is new, and its key could not be added to ${file}: ${cause(code)}. Add the line yourself:\n${text}`,
  )
