import { AnswerError, LockedError } from '../errors.ts'
import { tameWord } from '../printable.ts'
import type { Answer } from '../sh/answer.ts'
import type { Step } from '../sh/frame.ts'
import { lines, sh } from '../sh/sh.ts'
import { lockedSentence, readHolder, type Holder } from './holder.ts'
import { isGone, liveness } from './liveness.ts'
import type { Wire } from './wire.ts'

/** One run of lbprov, as locks, journals and other runs know it. */
export interface RunInfo {
  /** 16 hex digits. */
  readonly id: string
  /** `ops@laptop`: the user and the machine that lbprov runs on. */
  readonly who: string
  /** The same for all processes that see each other's numbers: a machine since its boot. Undefined: it cannot be told. */
  readonly controller: string | undefined
  /** The process, and a word for when it was started, so that no later process is taken for it. */
  readonly pid: number
  readonly started: string
  /** Milliseconds since 1970, by the controller's clock. */
  readonly since: number
  readonly cluster: string
  /** lbprov's own. */
  readonly version: string
  /** Whether it is sure that the run of a lock has ended; only its own controller can tell. */
  readonly isOver: (holder: Holder) => boolean
}

const path = '/run/lbprov/lock'
const heldExit = 4

/*
 * The first that the host knows of who came over SSH: its own shell has it at hand; sudo keeps SSH_CONNECTION from its
 * children, but not from root, who may look at its parents. A shell of this machine's own may stand below somebody's SSH
 * login, whose connection has no bearing on it.
 */
const cameFrom = sh`from='- -' each=$$
case $SSH_CONNECTION in *' '*' '*' '*) from=\${SSH_CONNECTION% * *} each=1 ;; esac
[ "$witness" != pipe ] || { from='- -'; each=1; }
while [ "\${each:-0}" -gt 1 ]; do
  found=$(tr '\0' '\n' 2>/dev/null <"/proc/$each/environ" | sed -n 's/^SSH_CONNECTION=\([0-9A-Fa-f.:]*\) \([0-9]*\) .*/\1 \2/p' | head -n 1)
  [ -z "$found" ] || { from=$found; break; }
  each=$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$each/status" 2>/dev/null)
done
from="$from $witness"`

/** Whether a command of the holder's shell still runs: its shell alone may be killed without a thought. */
const isBusy = sh`is_busy() {
  for stat in /proc/[0-9]*/stat; do
    { read -r line <"$stat"; } 2>/dev/null || continue
    set -- \${line##*) }
    [ "$2" != "$shell" ] || [ "$1" = Z ] || return 0
  done
  return 1
}`

/**
 * Locks the host for this run, for as long as the wire's shell lives: flock(1) on a descriptor that this shell alone
 * has. A lock of this very run on another wire, one of the run `over`, and one of a run that is gone are taken over.
 */
export const lockStep = (
  run: RunInfo,
  waitSeconds: number,
  over?: string,
  limits = liveness,
): Step => {
  const { id, who, controller, pid, started, since } = run
  const about = JSON.stringify({
    who,
    controller,
    pid,
    started,
    since: new Date(since).toISOString(),
  })
  return {
    holding: path,
    run: lines(
      sh`lock=${path} left=${waitSeconds}`,
      sh`command -v flock >/dev/null || { echo 'there is no flock(1); install util-linux there' >&2; exit 1; }`,
      cameFrom,
      isGone(limits),
      isBusy,
      sh`until flock -n 9; do
  run= shell= address= port= witness= busy=no quiet=0
  { read -r each run; read -r each shell; read -r each address port witness; } <"$lock"
  case $shell in *[!0-9]* | '' | $$) shell= ;; esac
  # The number may be another's by now: only who has the lock file open as we do is the holder.
  [ -n "$shell" ] && [ "$(readlink "/proc/$shell/fd/9")" = "$(readlink "/proc/$$/fd/9")" ] || shell=
  if [ -n "$shell" ] && { [ "$run" = ${id} ] || [ "$run" = ${over ?? id} ] || is_gone; }; then
    if is_busy; then busy=yes; else kill -9 "$shell" && flock -w 2 9 && break; fi
  fi
  if [ "$left" -le 0 ]; then
    echo "$(($(date +%s) - $(stat -c %Y "$lock"))) $busy $((quiet / 1000))"; head -c 4000 "$lock"; exit ${heldExit}
  fi
  left=$((left - 1)); sleep 1
done`,
      sh`printf 'run %s\nshell %s\nfrom %s\n%s\n' ${id} "$$" "$from" ${about} >"$lock"`,
    ),
  }
}

/**
 * What became of `lockStep`; returns when the host is locked.
 * @throws LockedError when another run has it
 * @throws AnswerError when it cannot be locked at all
 */
export const lockAnswer = (host: string, answer: Answer | undefined): void => {
  if (answer?.exit === 0) return
  if (answer?.exit === heldExit) {
    const holder = readHolder(answer.out)
    throw new LockedError(lockedSentence(host, holder, new Date()))
  }
  throw new AnswerError(
    `${host}: cannot be locked against other runs of lbprov: ${tameWord(answer?.err ?? 'no answer')}\n  Is /run full, or not writable? Mend that and run again.`,
  )
}

/**
 * `lockAnswer`, and one more try where the holder is a dead run of this very controller, which left its shell behind
 * on a dead connection.
 * @throws LockedError, AnswerError, ReachError
 */
export const settleLock = async (
  host: string,
  wire: Wire,
  run: RunInfo,
  answer: Answer | undefined,
  timeoutMs: number,
): Promise<void> => {
  const holder = answer?.exit === heldExit ? readHolder(answer.out) : undefined
  if (holder === undefined || !run.isOver(holder)) {
    lockAnswer(host, answer)
    return
  }
  const [again] = await wire.trip([lockStep(run, 0, holder.run)], timeoutMs)
  lockAnswer(host, again)
}
