import { WishError } from '../errors.ts'
import type { Ssh } from '../inventory/cluster.ts'
import type { HostConfig, SshConfig } from './config/host-config.ts'
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
}

/**
 * The way to a host: what the inventory does not say of it, ssh_config says. As in OpenSSH, of several jumps only the
 * nearest may be reached by a way of its own.
 * @throws ReachError where ssh_config makes no way of it
 */
export const routeTo = (host: string, ssh: Ssh, means: RouteMeans): Route => {
  const { config } = means
  const configOf = ({ ssh: { host: name, user, port }, user: usual }: Asked): HostConfig => {
    try {
      const found = config.of(name, { user, port })
      // What stands behind `Match user`, and `%r`, follow from who it is.
      return user === undefined && found.user === undefined
        ? config.of(name, { user: usual, port })
        : found
    } catch (error) {
      if (error instanceof WishError) throw say.wrongConfig(host, error.message)
      throw error
    }
  }
  const wayTo = (asked: Asked, trail: readonly string[]): readonly Hopped[] => {
    const name = asked.ssh.host
    const said = configOf(asked)
    const port = asked.ssh.port ?? said.port ?? 22
    const step = `${name} ${String(port)}`
    if (trail.includes(step)) {
      throw say.circle(
        host,
        [...trail, step].map((each) => each.replace(/ \d+$/, '')),
      )
    }
    if (trail.length >= mostHops) throw say.tooFar(host, mostHops)
    const hop = (each: Asked, entry: boolean): Hopped =>
      reachOf({ host, ...each, config: each === asked ? said : configOf(each), entry }, means)
    const [nearest, ...others] =
      asked.ssh.proxyJump?.map((each): Asked => ({ ssh: each, jump: true, user: asked.user })) ??
      (said.proxyJump ?? []).map((text): Asked => {
        const found = jumpIn(text)
        if (found === undefined) throw say.strangeJump(host, name, text)
        return { ssh: found, jump: true, user: means.user }
      })
    if (nearest === undefined) return [hop(asked, true)]
    return [
      ...wayTo(nearest, [...trail, step]),
      ...others.map((each) => hop(each, false)),
      hop(asked, false),
    ]
  }
  const asked: Asked = { ssh, jump: false, user: 'root' }
  const hops =
    ssh.transport === 'local'
      ? [reachOf({ host, ...asked, config: configOf(asked), entry: false }, means)]
      : wayTo(asked, [])
  if (hops.length > mostHops) throw say.tooFar(host, mostHops)
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
