import type { Dial } from '../engine/wire.ts'
import { ReachError } from '../errors.ts'
import type { Ssh } from '../inventory/cluster.ts'
import { again, timing, type Timing } from './again.ts'
import { makeAgents } from './agent.ts'
import { makeBecomePasswords } from './become-passwords.ts'
import { openConnection, type Connection } from './connection.ts'
import { makeGate, type Gate } from './gate.ts'
import { envOf, meansOf, type Here } from './here.ts'
import { makeHostKeys } from './host-keys.ts'
import { hopsOf, serverOf, type Hop } from './hop.ts'
import { makeKeyring } from './keyring.ts'
import type { Link } from './link.ts'
import { openLocalLink } from './local-link.ts'
import { openOpensshLink } from './openssh/openssh-link.ts'
import { makePasswords } from './passwords.ts'
import type { Person } from './person.ts'
import type { Reach, Route } from './reach.ts'
import { ssh2Link } from './ssh2-link.ts'
import { makeWays } from './ways.ts'
import { openWire } from './wire.ts'

export type { Here } from './here.ts'

/** sshd's MaxStartups begins to drop logins at ten in flight. sshd_config(5). */
const loginsAtOnce = 8

type Hops = readonly [Hop, ...Hop[]]

const withKeysAlone = (hop: Reach): Reach => ({ ...hop, logins: ['publickey'] })

/**
 * Opens wires. `reach` says how a host is reached, as far as the inventory says it; without a `person` nobody is asked
 * anything. Key files, passphrases, passwords, the agent and known_hosts are asked once for all connections.
 */
export const makeDial = (
  reach: (host: string) => Ssh,
  person: Person | undefined,
  here: Here,
  time: Timing = timing,
): Dial => {
  const agents = makeAgents()
  const env = envOf(here)
  const { loginSeconds } = time
  const means = {
    hostKeys: makeHostKeys(),
    keyring: makeKeyring(person, here.home, agents),
    passwords: makePasswords(person),
    env,
    loginSeconds,
  }
  const routeMeans = meansOf(here)
  const included = here.sshConfigFiles ?? routeMeans.config.files
  const opensshMeans = { person, passwords: means.passwords, included, env, loginSeconds }
  const becomePasswords = makeBecomePasswords(person)
  const ways = makeWays(reach, routeMeans, { hostKeys: means.hostKeys, agents, here })

  const gates = new Map<string, Gate>()
  // The limit is each server's own; a host that does not answer must not keep others waiting.
  const gateTo = (server: string): Gate => {
    const gate = gates.get(server) ?? makeGate(loginsAtOnce)
    gates.set(server, gate)
    return gate
  }

  const bySsh2 = async ([first, ...further]: Hops): Promise<Link> => {
    let open: readonly [Connection, ...Connection[]] = [await openConnection(first, means)]
    for (const hop of further) {
      try {
        open = [await openConnection(hop, means, open[0]), ...open]
      } catch (error) {
        for (const connection of open) connection.close()
        throw error
      }
    }
    return ssh2Link(open)
  }
  const linkBy = (transport: Route['transport'], hops: Hops, host: Hop): Promise<Link> => {
    if (transport === 'local') return openLocalLink(host)
    const logIn = (): Promise<Link> =>
      transport === 'openssh' ? openOpensshLink(hops, opensshMeans) : bySsh2(hops)
    const server = serverOf(hops[0])
    return again(
      () => gateTo(server)(logIn),
      (busy) => gates.get(busy)?.narrow(),
      time,
    )
  }
  const connect: Dial = async (host, at) => {
    const { hops: reaches, transport, more } = await ways.to(host)
    // What else the keys could do is tried before somebody is asked for a password.
    const shown = more === undefined ? reaches : reaches.map(withKeysAlone)
    const hops = hopsOf(host, shown as Route['hops'], at)
    try {
      return openWire(await linkBy(transport, hops, hops.at(-1) ?? hops[0]), becomePasswords)
    } catch (error) {
      if (more === undefined || !(error instanceof ReachError) || error.stage !== 'login')
        throw error
      ways.leaveToSsh(host, more)
      return connect(host, at)
    }
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
