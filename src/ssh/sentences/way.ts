import type { ReachError, Stage } from '../../errors.ts'
import type { Hop } from '../hop.ts'
import { tameWord } from '../tame.ts'
import { bare, reach } from './words.ts'

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
  EPERM: "cannot be reached: this machine's own firewall or policy forbids it.",
}

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

export const silent = (hop: Hop, stage: Stage): ReachError => {
  const seconds = `${String(hop.ssh.connectTimeout)} s (connect_timeout)`
  return reach(
    hop,
    stage,
    stage === 'login'
      ? `did not answer the login within ${seconds}.`
      : `did not answer within ${seconds}. Is it up, and does a firewall let this machine in?`,
  )
}

export const mute = (hop: Hop): ReachError => {
  const seconds = `${String(hop.ssh.connectTimeout)} s (connect_timeout)`
  return reach(
    hop,
    'connect',
    `took the connection and did not begin to speak SSH within ${seconds}. Is it an SSH server, and is it well?`,
  )
}

export const hungUp = (hop: Hop): ReachError =>
  reach(
    hop,
    'connect',
    'closed the connection before it spoke SSH: too many logins at once (MaxStartups), or the port is not for SSH.',
  )

export const noAgreement = (hop: Hop, what: string): ReachError =>
  reach(
    hop,
    'connect',
    `and lbprov have nothing in common: ${tameWord(what)}. lbprov speaks nothing older than SHA-2, AES-CTR and RFC 8332.`,
  )

export const garbled = (hop: Hop, stage: Stage, what: string): ReachError =>
  reach(hop, stage, `ended the ${stage === 'login' ? 'login' : 'handshake'}: ${tameWord(what)}.`)
