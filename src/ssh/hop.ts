import type { Reach } from './reach.ts'

/** One host on the way to a host of the inventory, or that host itself. */
export interface Hop {
  /** The host of the inventory, by its name. */
  readonly host: string
  readonly ssh: Reach
  /** Where it is connected to in place of `ssh.host`, under whose name its key is known all the same. */
  readonly at?: string | undefined
  /** It is this machine itself, and no connection leads to it. */
  readonly local?: boolean
  /** It is only passed through. */
  readonly jump: boolean
  /** The jump host before it. */
  readonly through: Reach | undefined
}

/** Where it is connected to, as one text. */
export const serverOf = ({ ssh, at }: Hop): string => JSON.stringify([at ?? ssh.host, ssh.port])

/** The hops of a route, nearest first; the last is the host itself. `at`: where that one is connected to. */
export const hopsOf = (
  host: string,
  reaches: readonly [Reach, ...Reach[]],
  at?: string,
): readonly [Hop, ...Hop[]] => {
  const last = reaches.length - 1
  const hops = reaches.map((ssh, n): Hop => {
    const through = reaches[n - 1]
    return n === last ? { host, ssh, at, jump: false, through } : { host, ssh, jump: true, through }
  })
  return hops as unknown as readonly [Hop, ...Hop[]]
}
