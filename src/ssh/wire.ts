import { channel as diagnostics } from 'node:diagnostics_channel'

import type { Wire } from '../engine/wire.ts'
import type { ReachError } from '../errors.ts'
import type { Answer } from '../sh/answer.ts'
import type { Step } from '../sh/frame.ts'
import type { BecomePasswords } from './become-passwords.ts'
import { lacksPassword, shellByPassword, shellCommand } from './become.ts'
import type { Channel, ChannelListener, Link } from './link.ts'
import * as say from './sentences/shell.ts'
import { makeTimer } from './timer.ts'
import { makeTrip, type Trip } from './trip.ts'

/** Bytes that one answer may have, both streams together. */
const mostBytes = 256 * 2 ** 20

/** Bytes that a host may say without an answer to give: before its shell begins, and between two trips. */
const mostTalk = 2 ** 20

/** Characters of a login shell's talk that are kept. */
const mostPreface = 100_000

/** A host that says a word now and then is given up too, after this many silences that it may keep, or this long. */
const mostSilences = 20
const longestMs = 4 * 3600_000

/**
 * For whoever watches a run from outside (`node:diagnostics_channel`, by `--import`): a TripNews just before a trip
 * is written to a host's shell, just after, and when its answer is complete. While nobody listens it costs nothing.
 */
const news = diagnostics('lbprov:trip')

interface TripNews {
  readonly host: string
  /** Which trip of its wire it is: 1 is the first. */
  readonly n: number
  readonly phase: 'sending' | 'sent' | 'answered'
}

/** A trip for which somebody waits. */
interface Pending extends Trip {
  /** Something was heard. */
  readonly heard: () => void
  readonly pause: (until: Promise<unknown>) => void
  readonly send: (channel: Channel) => void
  readonly fail: (error: ReachError) => void
}

/**
 * The shell of one host, with root's rights where they are wished. Nobody waits for it to begin: what sudo or the login
 * shell has against it, the first trip throws. A trip is given up after `timeoutMs` of silence, or after twenty times as
 * long (and at most four hours) whatever is said.
 */
export const openWire = (link: Link, passwords: BecomePasswords): Wire => {
  const { hop } = link
  let dead: ReachError | undefined
  let trip: Pending | undefined
  let last: Promise<unknown> = Promise.resolve()
  // What was said before the first script began: the login shell's reasons, should it end.
  let preface = ''
  let greeted = false
  let talk = 0
  let trips = 0
  let asking: Promise<unknown> | undefined

  const die = (reason: (doing: string) => ReachError): void => {
    if (dead !== undefined) return
    dead = reason(trip?.doing() ?? '')
    trip?.fail(dead)
    link.close()
  }

  const hear: ChannelListener['data'] = (stream, bytes) => {
    if (dead !== undefined) return
    if (!greeted && preface.length < mostPreface) preface += bytes.toString('utf8')
    trip?.hear(stream, bytes)
    const answers = trip?.hasBegun() === true
    greeted ||= answers
    talk = answers ? 0 : talk + bytes.length
    const spoilt = trip?.spoilt()
    if (spoilt !== undefined) die(() => (spoilt === 'echo' ? say.echoes(hop) : say.oneStream(hop)))
    else if (talk > mostTalk) die((step) => say.talksUnasked(hop, mostTalk, step))
    else if (trip !== undefined && trip.size() > mostBytes) {
      die((step) => say.tooMuch(hop, mostBytes, step))
    } else trip?.heard()
  }
  const refused = (why: ReachError): void => die(() => why)
  const end: ChannelListener['end'] = (exit) =>
    die((step) => (greeted ? say.shellDied(hop, step) : say.noShell(hop, exit, preface)))

  let shell: Promise<Channel>
  const deliver = async (): Promise<void> => {
    const mine = trip
    try {
      const channel = await shell
      if (mine !== undefined && mine === trip) mine.send(channel)
    } catch (error) {
      die(() => error as ReachError)
    }
  }
  const whileAsking = async <Result>(question: () => Promise<Result>): Promise<Result> => {
    const answer = question()
    asking = answer.then(
      () => undefined,
      () => undefined,
    )
    trip?.pause(asking)
    try {
      return await answer
    } finally {
      asking = undefined
    }
  }
  // What was sent already has gone to sudo, which read none of it.
  const openByPassword = (): void => {
    preface = ''
    shell = shellByPassword(link, passwords, whileAsking, { data: hear, end, refused })
    void deliver()
  }

  link.onLost((why) => die((step) => say.cutOff(hop, why, step)))
  shell = link.run(shellCommand(hop.ssh)).then((channel) => {
    channel.listen({
      data: hear,
      refused,
      end: (exit) => {
        if (dead === undefined && !greeted && lacksPassword(hop.ssh, preface)) openByPassword()
        else end(exit)
      },
    })
    return channel
  })
  void deliver()

  const travel = (steps: readonly Step[], timeoutMs: number) =>
    new Promise<readonly (Answer | undefined)[]>((resolve, reject) => {
      if (dead !== undefined) {
        reject(dead)
        return
      }
      const n = (trips += 1)
      const publish = (phase: TripNews['phase']): void => {
        if (news.hasSubscribers) news.publish({ host: hop.host, n, phase } satisfies TripNews)
      }
      const wholeMs = Math.max(timeoutMs, Math.min(mostSilences * timeoutMs, longestMs))
      const silence = makeTimer(timeoutMs, () =>
        die((step) =>
          greeted ? say.tooSlow(hop, timeoutMs, step) : say.neverBegan(hop, timeoutMs, preface),
        ),
      )
      const whole = makeTimer(wholeMs, () => die((step) => say.tooLong(hop, wholeMs, step)))
      const settle = (act: () => void): void => {
        silence.stop()
        whole.stop()
        trip = undefined
        act()
      }
      const made = makeTrip(steps, link.witness)
      trip = {
        ...made,
        heard: () => {
          silence.restart()
          if (!made.isComplete()) return
          publish('answered')
          settle(() => resolve(made.answers()))
        },
        pause: (until) => {
          for (const timer of [silence, whole]) void timer.without(() => until)
        },
        send: (channel) => {
          publish('sending')
          channel.write(made.script())
          publish('sent')
        },
        fail: (error) => settle(() => reject(error)),
      }
      if (asking !== undefined) trip.pause(asking)
      void deliver()
    })

  return {
    trip: (steps, timeoutMs) => {
      const mine = last.then(() => travel(steps, timeoutMs))
      last = mine.catch(() => undefined)
      return mine
    },
    close: () => die((step) => say.closed(hop, step)),
  }
}
