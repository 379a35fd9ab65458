import { WishError } from '../errors.ts'
import type { Ssh } from '../inventory/cluster.ts'
import type { Given, HostConfig, SshConfig } from './config/host-config.ts'
import { jumpIn } from './jump-words.ts'
import type { Route } from './reach.ts'
import { reachOf, type Around, type Hopped } from './reach-of.ts'
import * as say from './sentences/route.ts'

/** What a way is made of, besides the inventory. */
export interface RouteMeans extends Around {
  readonly config: SshConfig
  /** Whoever runs lbprov: who logs in to a jump host that only ssh_config names. */
  readonly user: string
}

/** More are a mistake, or a joke. */
const mostHops = 16

/** One hop that the inventory or a config asks for. */
interface Asked {
  readonly ssh: Ssh
  readonly jump: boolean
  /** Who logs in where nobody says it. */
  readonly user: string
  /** It is reached through the hop before it, whatever its own config says. */
  readonly behind: boolean
}

/** What of a host is told to whoever reads ssh_config, besides its name. */
const givenOf = ({ ssh, user, behind }: Asked, bySsh: boolean): Given => ({
  ...{ user: ssh.user, port: ssh.port, usualUser: user, bySsh },
  proxied: behind || (ssh.proxyJump === undefined ? undefined : ssh.proxyJump.length > 0),
})

/**
 * The way to a host: what the inventory does not say of it, ssh_config says. As in OpenSSH, of several jumps only the
 * nearest may be reached by a way of its own. `bySsh`: as ssh itself reads its files.
 * @throws ReachError where ssh_config makes no way of it
 */
const wayOf = async (
  host: string,
  ssh: Ssh,
  means: RouteMeans,
  bySsh: boolean,
): Promise<readonly Hopped[]> => {
  const configOf = async (asked: Asked): Promise<HostConfig> => {
    try {
      return await means.config.of(asked.ssh.host, givenOf(asked, bySsh))
    } catch (error) {
      if (error instanceof WishError) throw say.wrongConfig(host, error.message)
      throw error
    }
  }
  const hop = async (each: Asked, entry: boolean, config?: HostConfig): Promise<Hopped> =>
    reachOf({ host, ...each, config: config ?? (await configOf(each)), entry }, means)
  const wayTo = async (asked: Asked, trail: readonly string[]): Promise<readonly Hopped[]> => {
    const name = asked.ssh.host
    const said = await configOf(asked)
    const port = asked.ssh.port ?? said.port ?? 22
    const step = `${name} ${String(port)}`
    if (trail.includes(step)) {
      throw say.circle(
        host,
        [...trail, step].map((each) => each.replace(/ \d+$/, '')),
      )
    }
    if (trail.length >= mostHops) throw say.tooFar(host, mostHops)
    const jumps =
      asked.ssh.proxyJump?.map((each) => ({ ssh: each, user: asked.user })) ??
      (said.proxyJump ?? []).map((text) => {
        const found = jumpIn(text)
        if (found === undefined) throw say.strangeJump(host, name, text)
        return { ssh: found, user: means.user }
      })
    const [nearest, ...others] = jumps.map((each, n) => ({ ...each, jump: true, behind: n > 0 }))
    if (nearest === undefined) return [await hop(asked, true, said)]
    return [
      ...(await wayTo(nearest, [...trail, step])),
      ...(await Promise.all(others.map((each) => hop(each, false)))),
      await hop(asked, false, said),
    ]
  }
  const asked: Asked = { ssh, jump: false, user: 'root', behind: false }
  const hops = ssh.transport === 'local' ? [await hop(asked, false)] : await wayTo(asked, [])
  if (hops.length > mostHops) throw say.tooFar(host, mostHops)
  return hops
}

/** @throws ReachError where ssh_config makes no way of it */
export const routeTo = async (host: string, ssh: Ssh, means: RouteMeans): Promise<Route> => {
  const hops = await wayOf(host, ssh, means, false)
  const needs = hops.flatMap((each) => each.needs)
  const remarks = hops.flatMap((each) => each.remarks)
  return {
    hops: hops.map(({ reach }) => reach) as unknown as Route['hops'],
    transport: ssh.transport ?? (needs.length > 0 ? 'openssh' : 'ssh2'),
    because: ssh.transport === undefined ? needs[0] : undefined,
    remarks: [
      // Whoever is here already is not reached by any of them.
      ...(ssh.transport === 'local' ? [] : remarks),
      ...(ssh.transport === 'ssh2' ? needs.map(say.onlyByOpenssh) : []),
    ],
  }
}

/**
 * The same way as the system's ssh goes it: it reads its files itself, and says how.
 * @throws ReachError
 */
export const hopsBySsh = async (
  host: string,
  ssh: Ssh,
  means: RouteMeans,
): Promise<Route['hops']> =>
  (await wayOf(host, ssh, means, true)).map(({ reach }) => reach) as unknown as Route['hops']
