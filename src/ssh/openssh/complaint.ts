import type { ReachError } from '../../errors.ts'
import type { Hop } from '../hop.ts'
import * as say from '../sentences/openssh.ts'
import * as way from '../sentences/way.ts'

const codes: Readonly<Record<string, string>> = {
  'Connection refused': 'ECONNREFUSED',
  'No route to host': 'EHOSTUNREACH',
  'Host is down': 'EHOSTUNREACH',
  'Network is unreachable': 'ENETUNREACH',
  'Connection timed out': 'ETIMEDOUT',
  'Operation timed out': 'ETIMEDOUT',
  'Connection reset by peer': 'ECONNRESET',
  'Permission denied': 'EACCES',
  'Operation not permitted': 'EPERM',
}

interface Complaint {
  readonly words: RegExp
  readonly make: (hop: Hop, found: RegExpExecArray, text: string) => ReachError
}

const hostKeys: readonly Complaint[] = [
  {
    words: /WARNING: REVOKED HOST KEY DETECTED/,
    make: (hop, _, text) => say.revoked(hop, text),
  },
  {
    words:
      /^Warning: the \S+ host key for '[^'\n]*' differs from the key for the IP address '([^'\n]+)'\s+Offending key for IP in (.+):(\d+)/m,
    make: (hop, found) => say.otherAddress(hop, found[1] ?? '', found[2] ?? '', found[3] ?? ''),
  },
  {
    words: /^The fingerprint for the (\S+) key sent by the remote host is\s+(SHA256:\S+?)\.?$/m,
    make: (hop, found, text) => {
      const place = /^Offending (\S+) key in (.+)$/m.exec(text)
      return say.changed(hop, found[1] ?? '', found[2] ?? '', place?.[2])
    },
  },
  {
    words: /^No (\S+) host key is known for \S+ and you have requested strict checking/m,
    make: (hop, found) => say.unknown(hop, found[1] ?? ''),
  },
  { words: /Host key verification failed/, make: (hop, _, text) => say.distrusted(hop, text) },
]

const logins: readonly Complaint[] = [
  {
    words: /^(?:\S+: )?Permission denied \(([^)\n]*)\)/m,
    make: (hop, found, text) => say.refusedLogin(hop, (found[1] ?? '').split(','), text),
  },
  {
    words: /Too many authentication failures/,
    make: (hop, _, text) => say.refusedLogin(hop, [], text),
  },
]

const connects: readonly Complaint[] = [
  // As the last of all: a name that is tried with several domains may be found with another.
  { words: /Could not resolve hostname [^\n]*\s*$/, make: (hop) => way.notFound(hop) },
  {
    words: /^ssh: connect to (?:address|host) .*: (.+?)\r?$/m,
    make: (hop, found) => {
      const code = codes[found[1] ?? ''] ?? found[1] ?? ''
      return code === 'ETIMEDOUT' ? way.silent(hop) : way.notReached(hop, code)
    },
  },
  { words: /timed out during banner exchange/, make: (hop) => way.mute(hop) },
  {
    words: /^Unable to negotiate with .*?: (no matching .*?)\r?$/m,
    make: (hop, found) => say.noCommonWords(hop, found[1] ?? ''),
  },
  {
    words:
      /banner line contains invalid characters|Bad remote protocol version|not send identification|invalid format/,
    make: (hop, found) => way.garbled(hop, 'connect', found[0]),
  },
  {
    words: /^(?:kex_exchange_identification|ssh_exchange_identification|banner exchange): /m,
    make: (hop, _, text) =>
      hop.ssh.proxyCommand === undefined ? way.hungUp(hop) : say.proxyEnded(hop, text),
  },
]

/** In this order: what is said later only follows from it. */
const complaints = [...connects.slice(0, 2), ...hostKeys, ...logins, ...connects.slice(2)]

/** What ssh -W says when the way on is not to be had. */
const forwarding = /^channel \d+: open failed: (.*?)\r?$/m

/**
 * What kept ssh from logging in. `texts`: what the ssh of each hop said, nearest first; the first one that has something
 * against its hop is the reason of all others.
 */
export const complaint = (hops: readonly [Hop, ...Hop[]], texts: readonly string[]): ReachError => {
  for (const [n, hop] of hops.entries()) {
    const text = texts[n] ?? ''
    for (const { words, make } of complaints) {
      const found = words.exec(text)
      if (found !== null) return make(hop, found, text)
    }
    const next = hops[n + 1]
    const refusal = forwarding.exec(text)
    if (refusal !== null && next !== undefined) return way.notForwarded(next, refusal[1] ?? '')
  }
  return say.ended(hops.at(-1) ?? hops[0], texts.join('\n'))
}
