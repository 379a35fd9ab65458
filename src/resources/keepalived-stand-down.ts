import { rejectEachOther, type PeerSettings } from '../peer.ts'
import type { Change } from '../resource.ts'
import { lines, sh, type Sh } from '../sh/sh.ts'
import type { DaemonIs } from './keepalived-is.ts'
import { holding, keepalivedUnit as unit } from './keepalived-unit.ts'

/** lbprov 0.1 had a watcher start keepalived again while this note stood; without its note a watcher ends. */
export const watchersNote = '/run/lbprov/keepalived.stood-down'

/** What stands down: the running keepalived, or only what a boot would start. */
type Part = 'live' | 'saved'

/**
 * Stops keepalived on a router that holds none of the VIPs, until a run starts it. Not even a boot does: the router with
 * the VIPs may have its new file by then, and this one still has its old one.
 */
const standDown = (part: Part, vips: readonly string[]): Sh =>
  lines(
    holding,
    sh`for vip in ${vips}; do if holds "$vip"; then echo "The VIP $vip has come to this router since it was asked, so keepalived must not be stopped here: the routers have changed their roles. Run again." >&2; exit 1; fi; done`,
    // A unit that is not installed cannot be disabled, and need not be.
    sh`rm -f ${watchersNote}; ! systemctl -q is-enabled ${unit} 2>/dev/null || systemctl -q disable ${unit} || exit`,
    part === 'live' ? sh`systemctl stop ${unit}` : sh`:`,
  )

/** How it was before: what was enabled is again, and what ran runs. */
const standUp = (part: Part, { enabled }: DaemonIs): Sh =>
  lines(
    enabled ? sh`systemctl -q enable ${unit} || exit` : sh`:`,
    part === 'live' ? sh`systemctl start ${unit}` : sh`:`,
  )

interface Peering {
  readonly routers: number
  /** What the routers are to say in VRRP; undefined: it is not known. */
  readonly peer: PeerSettings | undefined
}

/** What it says in VRRP, now or after a boot, is not what the routers are to say. */
export const changesPeers = ({ routers, peer }: Peering, { says }: DaemonIs): boolean =>
  routers > 1 && says.some((each) => rejectEachOther(each, peer))

/** The router that holds the VIPs goes on while the others wait for it; undefined: it does not wait. */
export const standsDown = (should: Peering, is: DaemonIs): Part | undefined => {
  if (is.holds.length > 0 || !changesPeers(should, is)) return undefined
  return is.runs && rejectEachOther(is.says[0], should.peer) ? 'live' : 'saved'
}

const untilThen = 'until the router with the VIPs speaks the new VRRP'

export const standDownChange = (part: Part, is: DaemonIs): Change => ({
  ...(part === 'live'
    ? { what: `${unit}, live`, before: 'running', after: `stopped ${untilThen}` }
    : { what: `${unit}, saved`, before: 'enabled', after: `not started at boot ${untilThen}` }),
  note: 'two routers that disagree in VRRP would both be master; this one holds no VIP',
  standsDown: standUp(part, is),
  run: standDown(part, is.watched),
})
