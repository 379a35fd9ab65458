import { z } from 'zod'

import { parseJson } from '../json.ts'
import { counted } from '../printable.ts'
import { liveness } from './liveness.ts'

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
  /** The process that has the lock, by the host's number: its shell. */
  readonly shell: number
  /** Where it came from, as the host saw it. */
  readonly from: string | undefined
  /** Whether its kernel answers for it while the run itself stands still. */
  readonly answers: boolean
  /** For how long it has the lock, in seconds. */
  readonly age: number
  /** For how long the host has heard nothing of it, in seconds; 0 where that is not known. */
  readonly quiet: number
  /** Its run is over, but a command of it still runs on the host. */
  readonly busy: boolean
}

// The host sends 4000 bytes of its lock, and three words.
const longestAnswer = 5000

const heldWords =
  /^(-?\d{1,10}) (yes|no) (\d{1,10})\nrun ([0-9a-f]{16})\nshell (\d{1,10})\nfrom (\S{1,60}) \S{1,8} (\w{1,10})\n(\{[^\n]*\})\n$/

/** What the host says of the holder; undefined: it does not say it as lbprov does. */
export const readHolder = (said: string): Holder | undefined => {
  if (said.length > longestAnswer) return undefined
  const found = heldWords.exec(said)
  if (found === null) return undefined
  const [, age, busy, quiet, run = '', shell, from = '', witness, rest = ''] = found
  const read = told.safeParse(parseJson(rest))
  if (!read.success) return undefined
  return {
    ...read.data,
    run,
    shell: Number(shell),
    from: /^[0-9A-Fa-f.:]+$/.test(from) ? from : undefined,
    answers: witness === 'kernel',
    age: Math.max(0, Number(age)),
    quiet: Number(quiet),
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

const span = (seconds: number): string =>
  seconds < 60
    ? counted(seconds, 'second')
    : seconds < 3600
      ? counted(Math.floor(seconds / 60), 'minute')
      : counted(Math.floor(seconds / 3600), 'hour')

/** A run that says nothing is stopped, or its controller is gone. */
const aboutSilence = ({ quiet, answers, shell }: Holder): string => {
  if (quiet * 1000 <= liveness.deadMs) return ''
  const silent = ` It has said nothing for ${span(quiet)}`
  if (answers) {
    return `${silent}, but its machine answers: it may be stopped there (Ctrl-Z, a debugger); let it go on.`
  }
  const all = span(liveness.stoppedMs / 1000)
  return `${silent}; after ${all} of silence it counts as dead, and the lock is free. If you know that it is dead, "kill ${String(shell)}" as root there frees the lock at once.`
}

/** What the run that comes second is told. */
export const lockedSentence = (host: string, holder: Holder | undefined, now: Date): string => {
  if (holder === undefined) {
    return `${host}: another run of lbprov is at work here, and it does not say whose; wait until it ends, and run again.`
  }
  const { who, from, age, busy } = holder
  const whose = `${who}${from === undefined ? '' : ` (${from})`}`
  const since = `since ${clock(new Date(now.getTime() - age * 1000), now)}, ${span(age)} ago`
  return busy
    ? `${host}: a run of ${whose} has been at work here ${since}; it is gone, but a command of it still runs here. Wait until that has ended, and run again.`
    : `${host}: ${whose} has been at work here ${since}; wait until that run ends, or stop it there, and run again.${aboutSilence(holder)}`
}
