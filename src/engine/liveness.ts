import { lines, sh, type Sh } from '../sh/sh.ts'

/*
 * A run shows the hosts that it has locked that it is there, and gives up a connection that brings no answer before
 * others may take its lock. Whatever ssh_config says: giveUpSeconds of the run itself < deadMs of the others.
 */

/** How often a run asks for an answer, by SSH's own keepalive, and its kernel for one of TCP's. */
export const aliveSeconds = 5

/** How long a connection may bring no answer. A guard, of a minute, is left time for a new one. */
export const giveUpSeconds = 20

/** What a second run goes by. */
export interface Liveness {
  /** Milliseconds of silence after which a run has ended, or has given up, if its kernel does not answer either. */
  readonly deadMs: number
  /** Seconds for which that kernel is listened to. A probe that is lost is sent again after one second. */
  readonly sampleSeconds: number
  /** Milliseconds of silence that a run may keep where no kernel answers for it: it may be stopped. */
  readonly stoppedMs: number
}

export const liveness: Liveness = { deadMs: 30_000, sampleSeconds: 12, stoppedMs: 600_000 }

/**
 * Shell functions about the other end of a connection, $address and $port. `connection` sets $quiet, milliseconds since
 * the kernel has heard data or an acknowledgement from there (0 where that is not known), and $segments, the number of
 * all that came from there: probes of TCP's keepalive and the answers to them are among these alone (tcp(7), ss(8)).
 * `is_gone`: whether the run at that end is at work no more, by `Step.holding`'s $witness.
 */
export const isGone = ({ deadMs, sampleSeconds, stoppedMs }: Liveness): Sh =>
  lines(
    sh`connection() {
  quiet=0 segments=
  case $address$port in (*[!0-9A-Fa-f.:]* | '') return ;; esac
  set -- $(ss -tin "dport = :$port" 2>/dev/null | while read -r state in out here peer rest; do
    case $peer in ("$address:$port" | "[$address]:$port" | "[::ffff:$address]:$port") ;; (*) continue ;; esac
    read -r details
    heard=0 answered=0 received=
    for each in $details; do
      case $each in
      (lastrcv:*) heard=\${each#*:} ;; (lastack:*) answered=\${each#*:} ;; (segs_in:*) received=\${each#*:} ;;
      esac
    done
    echo "$heard $answered $received"
    break
  done)
  case $1$2$3 in (*[!0-9]* | '') return ;; esac
  quiet=$1 segments=$3
  [ "$2" -ge "$1" ] || quiet=$2
}`,
    sh`before=
is_gone() {
  connection
  [ "$witness" = kernel ] && [ -n "$segments" ] || { [ "$quiet" -gt ${stoppedMs} ]; return; }
  [ "$quiet" -gt ${deadMs} ] || return 1
  if [ -z "$before" ]; then
    before=$segments more=${sampleSeconds}
    while [ "$more" -gt 0 ] && [ "$segments" = "$before" ]; do sleep 1; connection; more=$((more - 1)); done
  fi
  [ "$segments" = "$before" ] && [ "$quiet" -gt ${deadMs} ]
}`,
  )
