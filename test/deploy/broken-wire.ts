import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

import type { Dial, Wire } from '../../src/engine/wire.ts'
import { sh } from '../../src/sh/sh.ts'
import type { Toy } from '../toy/toy.ts'

/**
 * How the connection breaks: the script is cut on its way in, so that nothing of it runs; in the middle of
 * its run; or its answer on its way out, when all of it has run.
 */
export const ways = ['in', 'middle', 'out'] as const
export type Way = (typeof ways)[number]

/** Where the connection breaks: at a host's n-th trip, counted from 1. */
export interface Break {
  readonly host: string
  readonly trip: number
  readonly way: Way
}

const inside = (toy: Toy, path: string): string => `/proc/${String(toy.pid)}/root${path}`

const appears = async (path: string): Promise<void> => {
  while (!existsSync(path)) await wait(10)
}

type Trip = Wire['trip']

/** The trip with one step more at `place`; its answer is not given back. */
const withStep = (
  wire: Wire,
  [steps, timeoutMs]: Parameters<Trip>,
  place: number,
  run = sh`: > /tmp/here`,
): ReturnType<Trip> =>
  wire
    .trip([...steps.slice(0, place), { run }, ...steps.slice(place)], timeoutMs)
    .then((answers) => answers.filter((_, n) => n !== place))

const brokenTrip = async (
  toy: Toy,
  wire: Wire,
  connection: number,
  way: Way,
  trip: Parameters<Trip>,
): ReturnType<Trip> => {
  const [steps, timeoutMs] = trip
  const passed = (direction: 'in' | 'out'): number => toy.passed(connection, direction)
  if (way === 'in') {
    toy.breakAt({ connection, direction: 'in', afterBytes: passed('in') + 40, then: 'cut' })
    return wire.trip(steps, timeoutMs)
  }
  // The shell has to be there before its answers are held back.
  await wire.trip([], timeoutMs)
  toy.breakAt({ connection, direction: 'out', afterBytes: passed('out'), then: 'stall' })
  const waiting = sh`: > /tmp/here; until [ -e /tmp/go ]; do sleep 0.1; done`
  const answers =
    way === 'out'
      ? withStep(wire, trip, steps.length)
      : withStep(wire, trip, Math.floor(steps.length / 2), waiting)
  answers.catch(() => undefined)
  await appears(inside(toy, '/tmp/here'))
  toy.cut()
  // Time for sshd to see that nobody is there.
  await wait(100)
  writeFileSync(inside(toy, '/tmp/go'), '')
  return answers
}

/** A dial whose wires break once, and which notes each trip. */
export const breaking =
  (dial: Dial, toys: Readonly<Record<string, Toy>>, noted: string[], at?: Break): Dial =>
  async (host) => {
    const wire = await dial(host)
    const toy = toys[host]
    if (toy === undefined) throw new Error(`no toy ${host}`)
    const connection = toy.connections
    return {
      close: () => wire.close(),
      trip: (steps, timeoutMs) => {
        noted.push(host)
        const trip = noted.filter((each) => each === host).length
        return host === at?.host && trip === at.trip
          ? brokenTrip(toy, wire, connection, at.way, [steps, timeoutMs])
          : wire.trip(steps, timeoutMs)
      },
    }
  }
