import { setTimeout } from 'node:timers/promises'

import { ReachError } from '../errors.ts'

/** How time passes on the way to a host. */
export interface Timing {
  /** For the login, once keys are exchanged. */
  readonly loginSeconds: number
  /** Between two attempts. */
  readonly pause: (ms: number) => Promise<unknown>
  /** From 0 to 1. */
  readonly random: () => number
}

export const timing: Timing = {
  // sshd's own patience: LoginGraceTime of sshd_config(5). ConnectTimeout ends where the login begins, as for ssh.
  loginSeconds: 120,
  pause: (ms) => setTimeout(ms),
  random: Math.random,
}

/** Attempts besides the first. */
const more = 3
const leastMs = 200
const mostMs = 800

/**
 * Tries again where a server hung up before it spoke SSH: it may have had too many logins at once, its own or others'.
 * `dropped`: told of each such server, every time.
 */
export const again = async <Result>(
  work: () => Promise<Result>,
  dropped: (server: string) => void,
  { pause, random }: Timing,
): Promise<Result> => {
  for (let left = more; ; left -= 1) {
    try {
      return await work()
    } catch (error) {
      const server = error instanceof ReachError ? error.busy : undefined
      if (server === undefined) throw error
      dropped(server)
      if (left === 0) throw error
    }
    // Those that were dropped together do not come back together.
    await pause(leastMs + (mostMs - leastMs) * random())
  }
}
