import type { Ssh } from '../inventory/cluster.ts'

/** One host on the way to a host of the inventory, or that host itself. */
export interface Hop {
  /** The host of the inventory, by its name. */
  readonly host: string
  readonly ssh: Ssh
  /** Where it is connected to in place of `ssh.host`, under whose name its key is known all the same. */
  readonly at?: string | undefined
  /** It is only passed through. */
  readonly jump: boolean
  /** The jump host before it. */
  readonly through: Ssh | undefined
}

/** The hops to a host, nearest first; the last is the host itself. */
export const wayTo = (host: string, ssh: Ssh, at?: string): readonly [Hop, ...Hop[]] => {
  const last: Hop = { host, ssh, at, jump: false, through: ssh.proxyJump.at(-1) }
  const jumps = ssh.proxyJump.map((each, n) => {
    return { host, ssh: each, jump: true, through: ssh.proxyJump[n - 1] }
  })
  const [first, ...further] = jumps
  return first === undefined ? [last] : [first, ...further, last]
}
