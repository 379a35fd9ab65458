import { builtIn } from './built-in.ts'
import { sh, type Sh } from './sh.ts'

/**
 * A condition: the kernel has nf_tables already, as a module or built in, or can load no module at all.
 * Asking nft or iptables-nft anything else would load it.
 */
export const nfTablesLoaded: Sh = sh`{ [ -d /sys/module/nf_tables ] || [ ! -e /proc/modules ] || ${builtIn('/nf_tables\\.ko')}; }`
