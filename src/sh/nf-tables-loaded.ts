import { sh, type Sh } from './sh.ts'

/**
 * A condition: the kernel has nf_tables already, as a module or built in, or can load no module at all.
 * Asking nft or iptables-nft anything else would load it.
 */
export const nfTablesLoaded: Sh = sh`{ [ -d /sys/module/nf_tables ] || [ ! -e /proc/modules ] ||
  { read -r release </proc/sys/kernel/osrelease && [ -e "/lib/modules/$release/modules.builtin" ] && grep -qs '/nf_tables\.ko' "/lib/modules/$release/modules.builtin"; }; }`
