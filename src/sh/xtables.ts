import { nfTablesLoaded } from './nf-tables-loaded.ts'
import { sh, type Sh } from './sh.ts'

const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/**
 * A condition: to ask iptables, ip6tables or arptables about this table loads no module. iptables-legacy loads that of
 * every table that it is asked about, iptables-nft nf_tables on every call: so not even its own -V may say which of them
 * it is. A process is started only where neither is plain to see.
 */
export const tableLoaded = (tool: 'iptables' | 'ip6tables' | 'arptables', table: string): Sh => {
  const names = `/proc/net/${tool.slice(0, -'tables'.length)}_tables_names`
  return sh`{ tool= flavour=
  for at in ${folders}; do [ ! -x "$at/${tool}" ] || { tool=$at/${tool}; break; }; done
  for at in ${folders}; do [ ! "$tool" -ef "$at/xtables-nft-multi" ] || flavour=nft; done
  [ -n "$tool" ] && case $flavour in
    nft) ${nfTablesLoaded} ;;
    *) { [ -e ${names} ] || ${nfTablesLoaded}; } && case $(readlink -f -- "$tool") in
      *nft*) flavour=nft; ${nfTablesLoaded} ;;
      *) grep -qsx ${table} ${names} ;;
    esac ;;
  esac; }`
}
