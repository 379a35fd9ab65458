import type { ReachError, Stage } from '../../errors.ts'
import { defaultAlgorithms, knownAlgorithms } from '../algorithms.ts'
import { serverOf, type Hop } from '../hop.ts'
import type { ProxyEnd } from '../proxy-command.ts'
import { tameWord } from '../../printable.ts'
import { bare, list, reach } from './words.ts'

const refusals: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    'refuses the connection: nothing listens there, or a firewall says no. Is sshd up, and are ssh.host and ssh.port right?',
  EHOSTUNREACH:
    'cannot be reached: no route to the host, or it is down. Is ssh.host right, and is it up?',
  ENETUNREACH:
    'cannot be reached: this machine has no route to its network. Give a way there with ssh.proxy_jump, or a route.',
  ETIMEDOUT: 'does not answer. Is it up, and does a firewall let this machine in?',
  ECONNRESET: 'closed the connection. Is it an SSH server, and does it let this machine in?',
  EACCES: "cannot be reached: this machine's own firewall or policy forbids it.",
  EADDRNOTAVAIL:
    'cannot be reached from the address that BindAddress (ssh_config) names: this machine does not have it, or it is of another family.',
  EPERM: "cannot be reached: this machine's own firewall or policy forbids it.",
}

/** In ssh_config's words, by ssh2's. */
const options: readonly (readonly [RegExp, string, keyof typeof knownAlgorithms])[] = [
  [/^key exchange/, 'KexAlgorithms', 'kex'],
  [/^host key/, 'HostKeyAlgorithms', 'hostKey'],
  [/cipher$/, 'Ciphers', 'cipher'],
  [/MAC$/, 'MACs', 'mac'],
]

export const notFound = (hop: Hop): ReachError =>
  reach(hop, 'resolve', `is not found: no address is known for that name. Is ssh.host right?`)

export const notReached = (hop: Hop, code: string): ReachError =>
  reach(
    hop,
    'connect',
    refusals[code] ?? `cannot be reached: ${tameWord(code)}. Is ssh.host right?`,
  )

/** The jump host could not make the connection. RFC 4254, 5.1. */
export const notForwarded = (hop: Hop, reason: string): ReachError =>
  reach(
    hop,
    'connect',
    `cannot be reached: the jump host says ${JSON.stringify(bare(reason))}. AllowTcpForwarding on the jump host, and what listens there, decide that.`,
  )

const patience = ({ ssh }: Hop): string => `${String(ssh.connectTimeout)} s (connect_timeout)`

export const silent = (hop: Hop): ReachError =>
  reach(
    hop,
    'connect',
    `did not answer within ${patience(hop)}. Is it up, and does a firewall let this machine in?`,
  )

export const slowLogin = (hop: Hop, seconds: number): ReachError =>
  reach(
    hop,
    'login',
    `did not answer the login within ${String(seconds)} s. sshd there may wait for something itself: a name server, AuthorizedKeysCommand, PAM.`,
  )

export const mute = (hop: Hop): ReachError =>
  reach(
    hop,
    'connect',
    `took the connection and did not begin to speak SSH within ${patience(hop)}. Is it an SSH server, and is it well?`,
  )

/** Before it had said that it is an SSH server. `words`: what it said instead, if anything. */
export const hungUp = (hop: Hop, words = ''): ReachError => {
  if (words.startsWith('Not allowed at this time'))
    return reach(
      hop,
      'connect',
      'lets nobody in from this address for the time being: PerSourcePenalties in its sshd_config counts what went wrong before. Wait a few minutes, or have the address exempted there.',
    )
  // sshd itself says so, or nothing.
  if (words !== '' && !/MaxStartups|^SSH-/.test(words))
    return reach(
      hop,
      'connect',
      `does not speak SSH: it says ${JSON.stringify(tameWord(words.slice(0, 200)))}. Are ssh.host and ssh.port right?`,
    )
  return reach(
    hop,
    'connect',
    'closes connections before it speaks SSH: too many logins at once (MaxStartups in its sshd_config; --forks 1 makes one at a time), or the port is not for SSH.',
    serverOf(hop),
  )
}

/** `what`: in ssh2's words; `theirs`: what the host offers. */
export const noAgreement = (hop: Hop, what: string, theirs: readonly string[]): ReachError => {
  const [, option, kind] = options.find(([words]) => words.test(what)) ?? []
  const known: readonly string[] = kind === undefined ? [] : knownAlgorithms[kind]
  const modern: readonly string[] = kind === undefined ? [] : defaultAlgorithms[kind]
  const could = theirs.find((name) => known.includes(name))
  const offer = theirs.length === 0 ? '' : `; it offers ${tameWord(list(theirs))}`
  const help =
    option === undefined || could === undefined
      ? "The system's ssh may speak it: ssh.transport: openssh."
      : theirs.some((name) => modern.includes(name))
        ? `${option} in ssh_config rules that out for this host.`
        : `That is out of date; where it must be, ssh_config can allow it for this host: ${option} +${could}`
  return reach(
    hop,
    'connect',
    `and lbprov have nothing in common: no matching ${tameWord(what)}${offer}. ${help}`,
  )
}

/** ssh_config leaves nothing to offer. `list`: in ssh2's words. */
export const nothingToOffer = (hop: Hop, list: string): ReachError =>
  reach(
    hop,
    'connect',
    `cannot be spoken to: of the algorithms that ssh_config allows for it (${list}), lbprov knows none; ssh.transport: openssh may.`,
  )

/** ssh_config's ProxyCommand made no connection. */
export const proxyFailed = (hop: Hop, { exit, said }: ProxyEnd): ReachError => {
  const end =
    exit === undefined ? 'made no connection and was ended' : `ended with exit ${String(exit)}`
  const words = said === '' ? ' and said nothing.' : `. It said:\n${said}`
  return reach(hop, 'connect', `cannot be reached: its ProxyCommand (ssh_config) ${end}${words}`)
}

/** Why it was lost: no channel was given, though the login was. `words`: of whoever noticed. */
export const behindLogin = ({ ssh }: Hop, words: string | undefined): string => {
  const cause =
    ssh.user === 'root'
      ? 'PermitRootLogin forced-commands-only in its sshd_config does that to a key without command='
      : 'its log says why'
  return `it hung up right behind the login; ${cause}${words === undefined ? '' : `; ${words}`}`
}

export const garbled = (hop: Hop, stage: Stage, what: string): ReachError =>
  reach(hop, stage, `ended the ${stage === 'login' ? 'login' : 'handshake'}: ${tameWord(what)}.`)
