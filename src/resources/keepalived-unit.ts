import { sh, type Sh } from '../sh/sh.ts'

export const keepalivedUnit = 'keepalived.service'

/** Defines `answers`: whether an address answers one ping within a second; and `any`: whether one of several does. */
export const pinging = sh`answers() { case $1 in *:*) set -- -6 "$1" ;; esac; ping -n -c 1 -W 1 "$@" >/dev/null 2>&1; }
any() { [ -n "$(for vip do { answers "$vip" && echo yes; } & done; wait)" ]; }`

/** Defines `holds`: whether an interface of this host but lo had the address when `see` last looked. */
export const holding = sh`see() { seen=$(ip -o addr | grep -v '^[0-9]*: lo '); }
holds() { case $seen in *" $1/"*) return 0 ;; esac; return 1; }
see`

/** Fails where one of the VIPs answers that this host does not have: another one serves. */
export const unlessServed = (vips: readonly string[]): Sh => sh`${pinging}
seen=$(ip -o addr); set --; for vip in ${vips}; do case $seen in *" $vip/"*) ;; *) set -- "$@" "$vip" ;; esac; done
if command -v ping >/dev/null && any "$@"; then
  echo "Of the VIPs $*, one answers already, so a host that is not known here serves: two that do would both be master. Find it with \\"ip neigh\\", stop keepalived there or take the address off, and run again." >&2; exit 1
fi`
