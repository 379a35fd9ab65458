import type { Dial } from '../engine/wire.ts'
import { ReachError } from '../errors.ts'
import type { Ssh } from '../inventory/cluster.ts'
import { openConnection, type Connection } from './connection.ts'
import { makeGate } from './gate.ts'
import { makeHostKeys } from './host-keys.ts'
import { wayTo, type Hop } from './hop.ts'
import { makeKeyring, type Terminal } from './keyring.ts'
import { openWire } from './wire.ts'

/** The machine that lbprov runs on, as the wire sees it. */
export interface Here {
  /** The user's home: `~/.ssh/id_ed25519` and its like stand there. */
  readonly home: string
  /** SSH_AUTH_SOCK. */
  readonly agentSocket?: string | undefined
  /** Known by all users; never written. Default: OpenSSH's own two. */
  readonly globalKnownHostsFiles?: readonly string[]
}

const globalFiles = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']

/** sshd's MaxStartups begins to drop logins at ten in flight. sshd_config(5). */
const loginsAtOnce = 8

/**
 * Opens connections over SSH. `reach` says how a host is reached; without a `terminal` nobody is asked
 * anything. Key files, passphrases, the agent and known_hosts are asked once for all connections.
 */
export const makeDial = (
  reach: (host: string) => Ssh,
  terminal: Terminal | undefined,
  here: Here,
): Dial => {
  const means = {
    hostKeys: makeHostKeys(here.globalKnownHostsFiles ?? globalFiles),
    keyring: makeKeyring(terminal, here.home, here.agentSocket),
  }
  const gates = new Map<string, ReturnType<typeof makeGate>>()
  // The limit is each server's own; a host that does not answer must not keep others waiting.
  const gateTo = ({ ssh, at }: Hop): ReturnType<typeof makeGate> => {
    const server = JSON.stringify([at ?? ssh.host, ssh.port])
    const gate = gates.get(server) ?? makeGate(loginsAtOnce)
    gates.set(server, gate)
    return gate
  }
  const connect: Dial = (host, at) => {
    const [first, ...further] = wayTo(host, reach(host), at)
    return gateTo(first)(async () => {
      let open: readonly [Connection, ...Connection[]] = [await openConnection(first, means)]
      for (const hop of further) {
        try {
          open = [await openConnection(hop, means, open[0]), ...open]
        } catch (error) {
          for (const connection of open) connection.close()
          throw error
        }
      }
      return openWire(open)
    })
  }
  /** Where hosts were reached that had moved. */
  const moved = new Map<string, string>()
  return async (host, at) => {
    if (at !== undefined) {
      const wire = await connect(host, at)
      moved.set(host, at)
      return wire
    }
    try {
      return await connect(host)
    } catch (error) {
      const there = moved.get(host)
      if (there === undefined || !(error instanceof ReachError)) throw error
      return connect(host, there)
    }
  }
}
