import { z } from 'zod'

import { AnswerError, LockedError } from '../errors.ts'
import { parseJson } from '../json.ts'
import { tameWord } from '../printable.ts'
import type { Answer } from '../sh/answer.ts'
import type { Step } from '../sh/frame.ts'
import { lines, sh } from '../sh/sh.ts'
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

const word = z.string().regex(/^[\w.@+:[\]-]{1,200}$/)

const told = z.strictObject({
  who: word,
  controller: word.optional(),
  pid: z.int().min(1),
  started: word,
  since: z.iso.datetime(),
})

/** Whose lock it is, as far as the host's word goes. */
export interface Holder extends z.output<typeof told> {
  readonly run: string
  /** Where it came from, as the host saw it. */
  readonly from: string | undefined
  /** For how long, in seconds. */
  readonly age: number
  /** Its run is over, but a command of it still runs on the host. */
  readonly busy: boolean
}

const path = '/run/lbprov/lock'
const heldExit = 4

/** Two clocks: lbprov says something every 5 s, and what it is told it acknowledges. After this long nobody is there. */
const deadMs = 30_000

/*
 * The first that the host knows of who came over SSH: its own shell has it at hand; sudo keeps SSH_CONNECTION from its
 * children, but not from root, who may look at its parents.
 */
const cameFrom = sh`from='- -' each=$$
case $SSH_CONNECTION in *' '*' '*' '*) from=\${SSH_CONNECTION% * *} each=1 ;; esac
while [ "\${each:-0}" -gt 1 ]; do
  found=$(tr '\0' '\n' 2>/dev/null <"/proc/$each/environ" | sed -n 's/^SSH_CONNECTION=\([0-9A-Fa-f.:]*\) \([0-9]*\) .*/\1 \2/p' | head -n 1)
  [ -z "$found" ] || { from=$found; break; }
  each=$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$each/status" 2>/dev/null)
done`

/** Whether the kernel has heard nothing from the holder's end of its connection; where it is not known, it has. */
const isSilent = sh`is_silent() {
  case $address$port in *[!0-9A-Fa-f.:]* | '') return 1 ;; esac
  ss -tin 2>/dev/null | {
    found= heard=0 answered=0
    while read -r state in out here peer rest; do
      if [ "$found" = yes ]; then
        for each in $state $in $out $here $peer $rest; do
          case $each in lastrcv:*) heard=\${each#*:} ;; lastack:*) answered=\${each#*:} ;; esac
        done
        break
      fi
      case $peer in "$address:$port" | "[$address]:$port" | "[::ffff:$address]:$port") found=yes ;; esac
    done
    [ "$heard" -gt ${deadMs} ] && [ "$answered" -gt ${deadMs} ]
  } 2>/dev/null
}`

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
 * has. A lock of this very run on another wire, one of the run `over`, and one whose connection is dead are taken over.
 */
export const lockStep = (run: RunInfo, waitSeconds: number, over?: string): Step => {
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
      isSilent,
      isBusy,
      sh`until flock -n 9; do
  run= shell= address= port= busy=no
  { read -r each run; read -r each shell; read -r each address port; } <"$lock"
  case $shell in *[!0-9]* | '' | $$) shell= ;; esac
  # The number may be another's by now: only who has the lock file open as we do is the holder.
  [ -n "$shell" ] && [ "$(readlink "/proc/$shell/fd/9")" = "$(readlink "/proc/$$/fd/9")" ] || shell=
  if [ -n "$shell" ] && { [ "$run" = ${id} ] || [ "$run" = ${over ?? id} ] || is_silent; }; then
    if is_busy; then busy=yes; else kill -9 "$shell" && flock -w 2 9 && break; fi
  fi
  if [ "$left" -le 0 ]; then
    echo "$(($(date +%s) - $(stat -c %Y "$lock"))) $busy"; head -c 4000 "$lock"; exit ${heldExit}
  fi
  left=$((left - 1)); sleep 1
done`,
      sh`printf 'run %s\nshell %s\nfrom %s\n%s\n' ${id} "$$" "$from" ${about} >"$lock"`,
    ),
  }
}

// The host sends 4000 bytes of its lock, and two words.
const longestAnswer = 5000

const heldWords =
  /^(-?\d{1,10}) (yes|no)\nrun ([0-9a-f]{16})\nshell \d+\nfrom (\S{1,60}) \S{1,8}\n(\{[^\n]*\})\n$/

/** What the host says of the holder; undefined: it does not say it as lbprov does. */
export const readHolder = (said: string): Holder | undefined => {
  if (said.length > longestAnswer) return undefined
  const [, age, busy, run = '', from = '', rest = ''] = heldWords.exec(said) ?? []
  const read = told.safeParse(parseJson(rest))
  if (!read.success) return undefined
  return {
    ...read.data,
    run,
    from: /^[0-9A-Fa-f.:]+$/.test(from) ? from : undefined,
    age: Math.max(0, Number(age)),
    busy: busy === 'yes',
  }
}

const pad = (n: number): string => String(n).padStart(2, '0')

/** `14:03:12`, by this machine's clock and in its time zone; with the date when it is not today's. */
const clock = (then: Date, now: Date): string => {
  const time = [then.getHours(), then.getMinutes(), then.getSeconds()].map(pad).join(':')
  const day = (date: Date): string =>
    [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(pad).join('-')
  return day(then) === day(now) ? time : `${day(then)} ${time}`
}

const plural = (n: number, unit: string): string => `${String(n)} ${unit}${n === 1 ? '' : 's'}`

const ago = (seconds: number): string =>
  seconds < 60
    ? plural(seconds, 'second')
    : seconds < 3600
      ? plural(Math.floor(seconds / 60), 'minute')
      : plural(Math.floor(seconds / 3600), 'hour')

/** What the run that comes second is told. */
export const lockedSentence = (host: string, holder: Holder | undefined, now: Date): string => {
  if (holder === undefined) {
    return `${host}: another run of lbprov is at work here, and it does not say whose; wait until it ends, and run again.`
  }
  const { who, from, age, busy } = holder
  const whose = `${who}${from === undefined ? '' : ` (${from})`}`
  const since = `since ${clock(new Date(now.getTime() - age * 1000), now)}, ${ago(age)} ago`
  return busy
    ? `${host}: a run of ${whose} has been at work here ${since}; it is gone, but a command of it still runs here. Wait until that has ended, and run again.`
    : `${host}: ${whose} has been at work here ${since}; wait until that run ends, or stop it there, and run again.`
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
