import { lines, sh, type Sh } from '../sh/sh.ts'
import type { WishedServer } from './ipvs-difference.ts'
import { mending } from './ipvs-mend.ts'
import type { PeerSettings } from '../peer.ts'
import { Secret } from '../secret.ts'
import { watchersNote } from './keepalived-stand-down.ts'
import { holding, keepalivedUnit as unit, pinging } from './keepalived-unit.ts'
import { putInPlace } from './replace-file.ts'
import { forgetNote, noting, readByRun } from './service-loaded.ts'

/** What keepalived is to read, and how it is to be afterwards. */
export interface Loading {
  readonly conf: { readonly path: string; readonly sha256?: string | undefined }
  /** What that makes the router say in VRRP; empty: it is not known. */
  readonly peer: PeerSettings
  readonly vips: readonly string[]
  readonly table: readonly WishedServer[]
}

/** Kept by whatever replaced keepalived.conf last. */
export const formerConf = '/var/lib/lbprov/keepalived.conf.before'

/*
 * It read the new file and died of it, or would not read it (E26): the former one comes back, where keepalived ran with it
 * until now. One that was stopped stays so: it may say in VRRP what no other router says any more.
 */
const giveUp = (path: string): Sh =>
  lines(
    sh`give_up() { echo "$1" >&2; journalctl -q --no-pager -n 8 -o cat -u ${unit} >&2`,
    // The file that was replaced last may be one that keepalived never read, or an old one: then the new one stays.
    sh`[ "$verb" = reload ] && [ -n "$ran" ] && [ -f ${formerConf} ] || exit 1`,
    sh`case $(sha256sum <${formerConf}) in "$ran "*) ;; *) exit 1 ;; esac`,
    sh`( ${putInPlace(path, sh`cat -- ${formerConf} >"$new"`)}`,
    sh`) || exit 1`,
    sh`systemctl reset-failed ${unit} 2>/dev/null`,
    noting(
      unit,
      [path],
      sh`systemctl reload-or-restart ${unit} && systemctl -q is-active ${unit} || { ${forgetNote(unit)}
echo "The former ${path} is back in its place, and keepalived does not run with it either: see \\"journalctl -u keepalived\\" there." >&2; exit 1; }`,
    ),
    sh`echo "The former ${path} is back in its place, and keepalived runs with it. Mend the cause and run again." >&2; exit 1; }`,
  )

/** Sets `state`, how the unit is; `differs`, where IPVS is not as wished; `gone`, VIPs that were here and are not. */
const look = sh`missing() { for vip in $had; do holds "$vip" || echo "$vip"; done; }
look() { see; state=$(systemctl is-active ${unit} 2>/dev/null); differs=$(differences); gone=$(missing); }`

/*
 * Some say in time what they need: exit code 0 of a reload says only that keepalived was told. So it is watched for
 * two seconds, and until all is as wished. What it does not do itself is done for it from the third second on: before
 * 2.2.0 it takes weight 0 for 1, 2.2.0 and 2.2.1 leave changed weights as they are (keepalived#1757), and a VIP that
 * moved from one instance to another comes only with a second reload (keepalived#1854).
 */
const settle = (path: string): Sh =>
  sh`n=0 said=; look
until [ $n -ge 8 ] && [ "$state" = active ] && [ -z "$differs$gone" ]; do
  case $state in inactive|failed) give_up "keepalived ended once it had read ${path}. Its last words:" ;; esac
  n=$((n + 1))
  case $n in
    15) [ -z "$gone" ] || systemctl reload ${unit}; said=$(mend) ;;
    45) said=$(mend) ;;
    75) for vip in $gone; do if ! command -v ping >/dev/null || answers "$vip"; then had=$(missing | grep -vxF "$vip"); fi; done ;;
    80)
      { echo "keepalived was told to read ${path}, and some 20 seconds later:"
      [ "$state" = active ] || echo "- ${unit} is $state"
      for vip in $gone; do echo "- the VIP $vip, which was here, is nowhere"; done
      [ -z "$differs" ] || printf '%s\n' "$differs" | sed 's/^missing/- IPVS has no virtual server/; s/^-\\([Eed]\\) /- still to be done: ipvsadm -\\1 /'
      [ -z "$said" ] || printf '%s\n' "$said"
      echo 'See "journalctl -u keepalived" there, and run again.'; } >&2
      exit 1 ;;
  esac
  sleep 0.2; look
done`

/**
 * Has keepalived read its file, by a start or a reload, whichever it needs by then, and waits until the host is as the
 * file says. With `restart` it forgets what it knows of the kernel.
 */
export const loadConf = ({ conf, peer, vips, table }: Loading, restart = false): Sh => {
  const said = new Secret(JSON.stringify(peer))
  const says =
    conf.sha256 === undefined || Object.keys(peer).length === 0
      ? sh`said=`
      : sh`case $sums in ${conf.sha256}*) said=${said} ;; *) said= ;; esac`
  return lines(
    holding,
    pinging,
    mending(table),
    look,
    readByRun(unit, formerConf),
    giveUp(conf.path),
    sh`had=; for vip in ${vips}; do if holds "$vip"; then had="$had $vip"; fi; done`,
    sh`rm -f ${watchersNote}; systemctl reset-failed ${unit} 2>/dev/null`,
    // A package may have started it since it was asked about; or it fails again and again, and would only wait.
    restart
      ? sh`verb=restart`
      : sh`case $(systemctl is-active ${unit}) in active|reloading|refreshing) verb=reload ;; activating) verb=restart ;; *) verb=reload-or-restart ;; esac`,
    noting(
      unit,
      [conf.path],
      // It has a checksum in it over the password, which is short.
      sh`${says}
systemctl "$verb" ${unit} || give_up "systemctl $verb keepalived failed. Its last words:"`,
      sh`"$said"`,
    ),
    settle(conf.path),
  )
}
