import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import type { Duplex } from 'node:stream'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import type { Outcome } from './command.ts'
import { password } from './controller.ts'
import type { Lab } from './lab.ts'

/** Just before a trip is written to its host's shell, just after, or when its answer is complete. */
export type Moment = 'sending' | 'sent' | 'answered'

export const moments: readonly Moment[] = ['sending', 'sent', 'answered']

/** One trip of a run at one of its moments. */
interface TripEvent {
  /** Of the whole run, in the order of sending: 1 is the first. */
  readonly trip: number
  readonly host: string
  readonly phase: Moment
  /** Milliseconds since 1970. */
  readonly at: number
  /** The run stopped here, as it was told to. */
  readonly stops?: true
}

/** Where in a run something happens, and what. */
export interface Stop {
  readonly trip: number
  readonly moment: Moment
  /** `kill`: SIGKILL. A function: lbprov stands still, whole, until it is done. */
  readonly deed: 'kill' | ((host: string) => Promise<void>)
}

/** A run that was watched: 137 is the code of a killed one. */
export interface Watched extends Outcome {
  readonly events: readonly TripEvent[]
  /** How many trips were begun. */
  readonly trips: number
  /** The run came to where it was to stop. */
  readonly stopped: boolean
}

const preload = fileURLToPath(new URL('./trip-watch.ts', import.meta.url))

/** Runs the built command in the lab's network, as `lbprov` does, and does something at one of its trips. */
export const watchedRun = async (
  lab: Lab,
  words: readonly string[],
  stop?: Stop,
): Promise<Watched> => {
  const [program = '', ...rest] = lab.inside([
    process.execPath,
    ...['--import', 'tsx', '--import', preload, resolve('dist/main.js'), ...words],
  ])
  const deed = stop?.deed === 'kill' ? 'kill' : 'wait'
  const env = {
    ...process.env,
    HOME: lab.home,
    VRRP_PASS: password,
    ...(stop !== undefined && {
      LBPROV_LAB_STOP: `${String(stop.trip)} ${stop.moment} ${deed}`,
    }),
  }
  const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
  const news = child.stdio[3] as Duplex
  // A run that is killed hangs up without a word.
  news.on('error', () => undefined)
  const events: TripEvent[] = []
  let deeds: Promise<void> = Promise.resolve()
  createInterface({ input: news }).on('line', (line) => {
    const event = JSON.parse(line) as TripEvent
    events.push(event)
    const act = event.stops === true ? stop?.deed : undefined
    if (typeof act === 'function') {
      deeds = act(event.host).finally(() => {
        news.write('.')
      })
    }
  })
  const code = await new Promise<number>((done, fail) => {
    child.on('error', fail).on('close', (exit) => done(exit ?? 137))
  })
  await deeds
  return {
    ...said,
    code,
    events,
    trips: Math.max(0, ...events.map(({ trip }) => trip)),
    stopped: events.some(({ stops }) => stops === true),
  }
}

/** A run that dies by SIGKILL at a trip. */
export const killedRun = (
  lab: Lab,
  words: readonly string[],
  trip: number,
  moment: Moment,
): Promise<Watched> => watchedRun(lab, words, { trip, moment, deed: 'kill' })

/**
 * A run whose way to some hosts, or all, is cut at a trip: the management cables are pulled there, and put back
 * when the run has given up.
 */
export const cutOffRun = async (
  lab: Lab,
  words: readonly string[],
  trip: number,
  moment: Moment,
  hosts?: readonly string[],
): Promise<Watched> => {
  const cut = (hosts ?? lab.machines.filter(({ isOn }) => isOn()).map(({ name }) => name)).map(
    lab.machine,
  )
  try {
    return await watchedRun(lab, words, {
      trip,
      moment,
      deed: async () => {
        await Promise.all(cut.map(({ unplug }) => unplug('mgmt')))
      },
    })
  } finally {
    await Promise.all(cut.map(({ plug }) => plug('mgmt')))
  }
}

/** A run in the middle of which a machine loses its power; it is booted again after the run. */
export const powerlessRun = async (
  lab: Lab,
  words: readonly string[],
  trip: number,
  moment: Moment,
  name: string,
): Promise<Watched> => {
  try {
    return await watchedRun(lab, words, { trip, moment, deed: lab.machine(name).powerCut })
  } finally {
    await lab.machine(name).boot()
  }
}
