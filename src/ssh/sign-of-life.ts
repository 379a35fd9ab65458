import { aliveSeconds, giveUpSeconds } from '../engine/liveness.ts'
import type { HostConfig } from './config/host-config.ts'
import type { Reach } from './reach.ts'

/** Seconds until OpenSSH gives up a host that answers nothing; Infinity: never. ssh_config(5), ServerAliveCountMax. */
export const patienceOf = (interval: number, countMax: number): number =>
  interval === 0 || countMax === 0 ? Infinity : interval * (countMax + 1)

/**
 * How often a host is asked for a sign of life, and how often in vain. A file of ssh_config may ask for it sooner, never
 * later: other runs go by it.
 */
export const signOfLife = ({
  serverAliveInterval = aliveSeconds,
  serverAliveCountMax = 3,
}: Pick<HostConfig, 'serverAliveInterval' | 'serverAliveCountMax'>): Pick<
  Reach,
  'serverAliveInterval' | 'serverAliveCountMax'
> => {
  const seconds = Math.min(giveUpSeconds, patienceOf(serverAliveInterval, serverAliveCountMax))
  const every =
    serverAliveInterval === 0 ? aliveSeconds : Math.min(aliveSeconds, serverAliveInterval)
  return {
    serverAliveInterval: every,
    serverAliveCountMax: Math.max(1, Math.floor(seconds / every) - 1),
  }
}
