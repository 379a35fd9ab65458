import type { Dial } from '../engine/wire.ts'
import { ReachError } from '../errors.ts'
import type { Ssh } from '../inventory/cluster.ts'
import { makeBecomePasswords } from './become-passwords.ts'
import { openConnection, type Connection } from './connection.ts'
import { makeGate } from './gate.ts'
import { meansOf, type Here } from './here.ts'
import { makeHostKeys } from './host-keys.ts'
import { hopsOf, type Hop } from './hop.ts'
import { makeKeyring } from './keyring.ts'
import type { Link } from './link.ts'
import { openLocalLink } from './local-link.ts'
import { openOpensshLink } from './openssh/openssh-link.ts'
import { makeOpensshKeys } from './openssh-keys.ts'
import { makePasswords } from './passwords.ts'
import type { Person } from './person.ts'
import type { Route } from './reach.ts'
import { routeTo } from './route.ts'
import { byOpenssh, knownByAuthority } from './sentences/route.ts'
import { ssh2Link } from './ssh2-link.ts'
import { openWire } from './wire.ts'

export type { Here } from './here.ts'

/** sshd's MaxStartups begins to drop logins at ten in flight. sshd_config(5). */
const loginsAtOnce = 8

/**
 * Opens wires. `reach` says how a host is reached, as far as the inventory says it; without a `person` nobody is asked
 * anything. Key files, passphrases, passwords, the agent and known_hosts are asked once for all connections.
 */
export const makeDial = (
  reach: (host: string) => Ssh,
  person: Person | undefined,
  here: Here,
): Dial => {
  const routeMeans = meansOf(here)
  const means = {
    hostKeys: makeHostKeys(),
    keyring: makeKeyring(person, here.home),
    passwords: makePasswords(person),
  }
  const opensshMeans = {
    person,
    passwords: means.passwords,
    included: here.sshConfigFiles ?? routeMeans.config.files,
    path: here.path,
    ticketCache: here.ticketCache,
  }
  const becomePasswords = makeBecomePasswords(person)
  const opensshKeys = makeOpensshKeys(here.home)

  const said = new Set<string>()
  const remark = (host: string, sentence: string): void => {
    const key = JSON.stringify([host, sentence])
    if (said.has(key)) return
    said.add(key)
    here.remark?.(host, sentence)
  }

  /** What the files say that the inventory and ssh_config do not: that ssh2 would fail where ssh would not. */
  const needsOpenssh = async (hops: readonly Hop[]): Promise<string | undefined> => {
    for (const hop of hops) {
      const key = await opensshKeys(hop.ssh)
      if (key !== undefined) return key
      const authority = await means.hostKeys.onlyByAuthority(hop)
      if (authority !== undefined) return knownByAuthority(hop.ssh.name, authority)
    }
    return undefined
  }
  const find = async (host: string): Promise<Route> => {
    const ssh = reach(host)
    const route = routeTo(host, ssh, routeMeans)
    const because =
      ssh.transport === undefined && route.transport === 'ssh2'
        ? await needsOpenssh(hopsOf(host, route.hops))
        : route.because
    for (const sentence of route.remarks) remark(host, sentence)
    if (because === undefined) return route
    remark(host, byOpenssh(because))
    return { ...route, transport: 'openssh', because }
  }
  const routes = new Map<string, Promise<Route>>()
  const routeOf = (host: string): Promise<Route> => {
    const route = routes.get(host) ?? find(host)
    routes.set(host, route)
    return route
  }

  const gates = new Map<string, ReturnType<typeof makeGate>>()
  // The limit is each server's own; a host that does not answer must not keep others waiting.
  const gateTo = ({ ssh, at }: Hop): ReturnType<typeof makeGate> => {
    const server = JSON.stringify([at ?? ssh.host, ssh.port])
    const gate = gates.get(server) ?? makeGate(loginsAtOnce)
    gates.set(server, gate)
    return gate
  }

  const bySsh2 = async ([first, ...further]: readonly [Hop, ...Hop[]]): Promise<Link> => {
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
  const linkBy = (
    transport: Route['transport'],
    hops: readonly [Hop, ...Hop[]],
    host: Hop,
  ): Promise<Link> => {
    if (transport === 'local') return openLocalLink(host)
    return gateTo(hops[0])(() =>
      transport === 'openssh' ? openOpensshLink(hops, opensshMeans) : bySsh2(hops),
    )
  }
  const connect: Dial = async (host, at) => {
    const { hops: reaches, transport } = await routeOf(host)
    const hops = hopsOf(host, reaches, at)
    return openWire(await linkBy(transport, hops, hops.at(-1) ?? hops[0]), becomePasswords)
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
