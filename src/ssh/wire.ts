import { randomBytes } from 'node:crypto'
import { channel as diagnostics } from 'node:diagnostics_channel'

import type { ClientChannel } from 'ssh2'

import type { Wire } from '../engine/wire.ts'
import type { ReachError } from '../errors.ts'
import { endMark, pack, unpack, type Answer, type Step } from '../sh/frame.ts'
import type { Connection } from './connection.ts'
import { gather, type Gathered } from './gather.ts'
import * as say from './sentences.ts'
import { makeTimer, type Timer } from './timer.ts'

/** Bytes that one answer may have, both streams together. */
const mostBytes = 256 * 2 ** 20

/** Characters of a login shell's talk that are kept. */
const mostPreface = 100_000

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

interface Trip {
  readonly steps: readonly Step[]
  readonly mark: string
  readonly out: Gathered
  readonly err: Gathered
  readonly timer: Timer
  done(): void
  fail(error: ReachError): void
}

const answersOf = ({ out, err, mark }: Trip): readonly (Answer | undefined)[] =>
  unpack({ out: out.text(), err: err.text() }, mark)

const hasBegun = ({ out, err, mark }: Trip): boolean =>
  out.text().includes(`\n${mark} begin\n`) || err.text().includes(`\n${mark} begin\n`)

/** Where a trip stood when it ended before its time. */
const doing = (trip: Trip | undefined): string => {
  if (trip === undefined) return ''
  const done = answersOf(trip).length
  const step = trip.steps[done]?.run.shown.trim().split('\n')[0]
  if (!hasBegun(trip) || step === undefined) return ''
  const shown = step.length > 120 ? `${step.slice(0, 120)}…` : step
  return ` in step ${String(done + 1)} of ${String(trip.steps.length)} (${shown})`
}

/**
 * The shell of one host, over the first of `connections`; the others are the way there. Nobody waits for
 * it to begin: what sudo or the login shell has against it, the first trip throws.
 */
export const openWire = (connections: readonly [Connection, ...Connection[]]): Wire => {
  const { hop, client } = connections[0]
  // Root needs no sudo, and may have none. LC_ALL: sudo's complaints are read below.
  const sudo = hop.ssh.become && hop.ssh.user !== 'root'
  const shell = sudo ? 'env LC_ALL=C sudo -n -- sh' : 'sh'
  let dead: ReachError | undefined
  let trip: Trip | undefined
  let last: Promise<unknown> = Promise.resolve()
  let exit: number | undefined
  // What was said before the first script began: the login shell's reasons, should it end.
  let preface = ''
  let greeted = false
  let trips = 0

  const die = (reason: (doing: string) => ReachError): void => {
    if (dead !== undefined) return
    dead = reason(doing(trip))
    trip?.fail(dead)
    for (const connection of connections) connection.close()
  }
  const lose = (error?: Error): void => die((step) => say.cutOff(hop, error?.message, step))

  const hear = (stream: 'out' | 'err', bytes: Buffer): void => {
    if (!greeted && preface.length < mostPreface) preface += bytes.toString('utf8')
    if (trip === undefined) return
    trip[stream].add(bytes)
    trip.timer.restart()
    if (trip.out.complete && trip.err.complete) trip.done()
    else if (trip.out.size + trip.err.size > mostBytes) {
      die((step) => say.tooMuch(hop, mostBytes, step))
    }
  }
  const end = (): void =>
    die((step) => {
      const began = greeted || (trip !== undefined && hasBegun(trip))
      return began ? say.shellDied(hop, step) : say.noShell(hop, exit, preface)
    })

  const opened = new Promise<ClientChannel>((resolve) => {
    const listen = (channel: ClientChannel): void => {
      channel.on('error', lose).on('close', end)
      channel.on('exit', (code: number | null) => (exit = code ?? undefined))
      channel.on('data', (bytes: Buffer) => hear('out', bytes))
      channel.stderr.on('error', lose).on('data', (bytes: Buffer) => hear('err', bytes))
      resolve(channel)
    }
    for (const each of connections) {
      each.client.on('error', lose).on('close', () => lose())
    }
    try {
      client.exec(shell, (error, channel) => {
        if (error === undefined) listen(channel)
        else die(() => say.noChannel(hop, error.message))
      })
    } catch {
      lose()
    }
  })

  const travel = (steps: readonly Step[], timeoutMs: number) =>
    new Promise<readonly (Answer | undefined)[]>((resolve, reject) => {
      if (dead !== undefined) {
        reject(dead)
        return
      }
      const mark = randomBytes(16).toString('hex')
      const n = (trips += 1)
      const publish = (phase: TripNews['phase']): void => {
        if (news.hasSubscribers) news.publish({ host: hop.host, n, phase } satisfies TripNews)
      }
      const timer = makeTimer(timeoutMs, () => die((step) => say.tooSlow(hop, timeoutMs, step)))
      const settle = (act: () => void): void => {
        timer.stop()
        trip = undefined
        act()
      }
      const mine: Trip = {
        steps,
        mark,
        timer,
        out: gather(endMark(mark)),
        err: gather(endMark(mark)),
        done: () => {
          greeted = true
          publish('answered')
          settle(() => resolve(answersOf(mine)))
        },
        fail: (error) => settle(() => reject(error)),
      }
      trip = mine
      void opened.then((channel) => {
        publish('sending')
        channel.write(pack(steps, mark))
        publish('sent')
      })
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
