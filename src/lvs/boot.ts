/** A command that a boot unit runs: the absolute path of a program, and its words. */
export interface BootCommand {
  readonly words: readonly [string, ...string[]]
  /** A failure does not stop the rest. */
  readonly mayFail?: boolean
}

/** Whatever loads a packet filter's rules at boot, and would take ours away if it came later. */
export const filterLoaders: readonly string[] = [
  'iptables.service',
  'ip6tables.service',
  'netfilter-persistent.service',
  'nftables.service',
  'ufw.service',
]
