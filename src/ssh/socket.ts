import { connect, isIP, type Socket } from 'node:net'
import type { Readable } from 'node:stream'

import type { Client } from 'ssh2'

import { aliveSeconds } from '../engine/liveness.ts'
import type { ReachError } from '../errors.ts'
import type { Hop } from './hop.ts'
import type { Reach } from './reach.ts'
import * as say from './sentences.ts'

const families: Readonly<Record<Reach['addressFamily'], number>> = { any: 0, inet: 4, inet6: 6 }

/** The system's own patience with one address, where connect_timeout sets none. */
const patienceMs = 10_000

/** A connection of this machine's own. */
export const tcp = ({ ssh, at }: Hop): Socket => {
  const bound = ssh.bindAddress
  return connect({
    host: at ?? ssh.host,
    port: ssh.port,
    // Not an option of Socket's own connect(): each round trip of a login would wait 40 ms for an acknowledgement.
    noDelay: true,
    // A process that is stopped says nothing, but its kernel does (engine/liveness.ts).
    keepAlive: true,
    keepAliveInitialDelay: aliveSeconds * 1000,
    // What comes from an address of one family goes to one of the same.
    family: families[ssh.addressFamily] || (bound === undefined ? 0 : isIP(bound)),
    ...(bound === undefined ? {} : { localAddress: bound }),
    // Node gives each of several addresses 250 ms, which a far host cannot keep.
    autoSelectFamilyAttemptTimeout:
      ssh.connectTimeout === 0 ? patienceMs : Math.max(250, ssh.connectTimeout * 250),
  })
}

/** A connection that a jump host makes. */
export const tunnel = (
  from: Client,
  hop: Hop,
  start: (stream: Readable) => void,
  fail: (error: ReachError) => void,
): void => {
  const refuse = (why: string): void => fail(say.notForwarded(hop, why))
  from.once('close', () => refuse('nothing more'))
  try {
    from.forwardOut('127.0.0.1', 0, hop.at ?? hop.ssh.host, hop.ssh.port, (error, channel) => {
      if (error === undefined) start(channel)
      else refuse(error.message)
    })
  } catch (error) {
    refuse((error as Error).message)
  }
}
