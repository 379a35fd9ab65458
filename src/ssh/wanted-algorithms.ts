import { defaultAlgorithms, keyTypes, knownAlgorithms } from './algorithms.ts'
import { applyAlgorithms } from './config/algorithm-list.ts'
import type { HostConfig } from './config/host-config.ts'
import { certified } from './key-form.ts'
import type { WantedAlgorithms } from './reach.ts'

/** By ssh_config(5)'s names for the lists. */
const lists = [
  ['kex', 'kexAlgorithms', 'KexAlgorithms'],
  ['hostKey', 'hostKeyAlgorithms', 'HostKeyAlgorithms'],
  ['cipher', 'ciphers', 'Ciphers'],
  ['mac', 'macs', 'MACs'],
  ['publicKey', 'pubkeyAcceptedAlgorithms', 'PubkeyAcceptedAlgorithms'],
] as const

/**
 * OpenSSH's sshconnect2.c, ssh_kex2 and order_hostkeyalgs: only its own list, be it changed by + or -, is ordered by the keys
 * that are known, unless a key of its first type is. That list begins with certificates.
 */
const bestOf = (said: string | undefined): string | undefined => {
  if (said === undefined) return undefined
  if (!/^[+-]/.test(said)) return 'any'
  const all = [...keyTypes.map((type) => type + certified), ...keyTypes]
  return applyAlgorithms(said, all, all)[0]?.replace(certified, '')
}

/** What a config asks for of what ssh2 knows; `lacking`: the options of which that is nothing. */
export const wantedAlgorithms = (
  config: HostConfig,
): { readonly wanted: WantedAlgorithms; readonly lacking: readonly string[] } => {
  const found = lists.flatMap(([list, key, option]) => {
    const said = config[key]
    if (said === undefined) return []
    const known: readonly string[] = knownAlgorithms[list]
    const names = applyAlgorithms(said, defaultAlgorithms[list], known)
    return [{ list, option, names: names.filter((name) => known.includes(name)) }]
  })
  return {
    wanted: {
      // An empty list is ssh2's word for its own, which are older than lbprov's.
      ...Object.fromEntries(
        found.filter(({ names }) => names.length > 0).map(({ list, names }) => [list, names]),
      ),
      best: bestOf(config.hostKeyAlgorithms),
    },
    lacking: found.filter(({ names }) => names.length === 0).map(({ option }) => option),
  }
}
