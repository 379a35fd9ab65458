import type { Ssh } from '../inventory/cluster.ts'
import type { Agents } from './agent.ts'
import type { Here } from './here.ts'
import type { HostKeys } from './host-keys.ts'
import { hopsOf } from './hop.ts'
import { makeOpensshKeys } from './openssh-keys.ts'
import type { Route } from './reach.ts'
import { hopsBySsh, routeTo, type RouteMeans } from './route.ts'
import { byOpenssh, knownByAuthority } from './sentences/route.ts'

/** The way to a host, as a run goes it. */
export interface Way extends Route {
  /** Why the system's ssh is to be tried where this one logs in with no key; undefined: it could do no more. */
  readonly more: string | undefined
}

/** The ways to all hosts, each found once. */
export interface Ways {
  /** @throws ReachError */
  readonly to: (host: string) => Promise<Way>
  /** From now on the system's ssh goes there. */
  readonly leaveToSsh: (host: string, because: string) => void
}

/** What decides about a way, beside the inventory and ssh_config. */
export interface WayMeans {
  readonly hostKeys: HostKeys
  readonly agents: Agents
  readonly here: Here
}

export const makeWays = (
  reach: (host: string) => Ssh,
  routeMeans: RouteMeans,
  { hostKeys, agents, here }: WayMeans,
): Ways => {
  const opensshKeys = makeOpensshKeys(here.home, agents)
  const said = new Set<string>()
  const remark = (host: string, sentence: string): void => {
    const key = JSON.stringify([host, sentence])
    if (said.has(key)) return
    said.add(key)
    here.remark?.(host, sentence)
  }

  /** What the files and the agent say that the inventory and ssh_config do not: that ssh2 would fail where ssh would not. */
  const wantsOf = async (
    host: string,
    route: Route,
  ): Promise<{ readonly because?: string; readonly more?: string | undefined }> => {
    let more: string | undefined
    for (const hop of hopsOf(host, route.hops)) {
      const keys = await opensshKeys(hop.ssh)
      if (keys.needs !== undefined) return { because: keys.needs }
      more ??= keys.more
      const authority = await hostKeys.onlyByAuthority(hop)
      if (authority !== undefined) return { because: knownByAuthority(hop.ssh.name, authority) }
    }
    return { more }
  }

  const bySsh = async (host: string, route: Route, because: string | undefined): Promise<Way> => {
    if (because !== undefined) remark(host, byOpenssh(because))
    const hops = await hopsBySsh(host, reach(host), routeMeans)
    return { ...route, transport: 'openssh', hops, because, more: undefined }
  }

  const find = async (host: string): Promise<Way> => {
    const ssh = reach(host)
    const route = await routeTo(host, ssh, routeMeans)
    for (const sentence of route.remarks) remark(host, sentence)
    if (route.transport === 'openssh') return bySsh(host, route, route.because)
    if (ssh.transport !== undefined) return { ...route, more: undefined }
    const { because, more } = await wantsOf(host, route)
    return because === undefined ? { ...route, more } : bySsh(host, route, because)
  }

  const ways = new Map<string, Promise<Way>>()
  const keep = (host: string, way: Promise<Way>): Promise<Way> => {
    ways.set(host, way)
    return way
  }
  return {
    to: async (host) => {
      const way = await (ways.get(host) ?? keep(host, find(host)))
      here.found?.(host, way.hops)
      return way
    },
    leaveToSsh: (host, because) => {
      const before = ways.get(host) ?? find(host)
      void keep(
        host,
        before.then((way) => bySsh(host, way, because)),
      )
    },
  }
}
