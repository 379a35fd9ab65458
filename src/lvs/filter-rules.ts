import { bitsOf } from '../inventory/address.ts'
import type { Family, Vip } from '../inventory/network.ts'
import type { Platform } from '../platform.ts'
import type { Resource } from '../resource.ts'
import { marked } from '../resources/iptables-words.ts'
import { iptables } from '../resources/iptables.ts'
import type { BootCommand } from './boot.ts'

export type FilterTable = 'filter' | 'mangle' | 'nat'

/** A rule in iptables' words, spelled as `iptables -S` prints them. */
export interface FilterRule {
  readonly family: Family
  readonly table: FilterTable
  readonly chain: string
  readonly match: readonly string[]
  readonly target: readonly string[]
  /** It stands before all others of its chain. */
  readonly first?: boolean
}

/** `203.0.113.24/32`, `2001:db8::24/128`: a VIP alone, as iptables and ip(8) write it. */
export const alone = ({ address, family }: Vip): string => `${address}/${String(bitsOf(family))}`

/** Where the platform's own services keep iptables' rules. */
const savedIn = ({ family: kin }: Platform, family: Family): string =>
  kin === 'rhel'
    ? `/etc/sysconfig/${family === 4 ? 'iptables' : 'ip6tables'}`
    : `/etc/iptables/rules.v${String(family)}`

/** The exact sets of these tables in both families; without rules, what takes ours away. */
export const iptablesSets = (
  platform: Platform,
  tables: readonly FilterTable[],
  rules: readonly FilterRule[],
): readonly Resource[] =>
  tables.flatMap((table) =>
    ([4, 6] as const).map((family) =>
      iptables.bind({
        family,
        table,
        rules: rules
          .filter((rule) => rule.family === family && rule.table === table)
          .map(({ chain, match, target, first }) => ({
            chain,
            match,
            target,
            ...(first === true && { first }),
          })),
        saved: savedIn(platform, family),
      }),
    ),
  )

/**
 * Puts the rules in again at boot, after whatever the platform loads. Not by enabling iptables.service
 * or netfilter-persistent: RHEL's file comes with rules that reject nearly everything, and Debian's
 * package puts ufw off the host.
 */
export const iptablesBoot = (rules: readonly FilterRule[]): readonly BootCommand[] =>
  rules.flatMap(({ family, table, chain, match, target, first }) => {
    const tool = `/usr/sbin/${family === 4 ? 'iptables' : 'ip6tables'}`
    const rule = [...match, ...marked('lbprov'), ...target]
    const put = first === true ? ['-I', chain, '1'] : ['-A', chain]
    return [
      { words: [tool, '-w', '-t', table, '-D', chain, ...rule], mayFail: true },
      { words: [tool, '-w', '-t', table, ...put, ...rule] },
    ]
  })
