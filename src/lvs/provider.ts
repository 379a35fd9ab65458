import { AnswerError } from '../errors.ts'
import type { Provider } from '../platform.ts'
import type { Place } from './task.ts'

/**
 * What keeps the network of this host over a reboot: the inventory's word, or else the platform's.
 * @throws AnswerError where neither says
 */
export const providerOf = ({ host, platform }: Place): Provider => {
  const provider = host.provider ?? platform.provider
  if (provider !== undefined) return provider
  throw new AnswerError(
    `${host.name}: ${platform.name} keeps its network neither in network-scripts nor in ifupdown, and lbprov knows no other way yet; install one of them, and say which with "network: { provider: ifcfg }" or "network: { provider: ifupdown }" for this host.`,
  )
}
