import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { apply, on, written } from './controller.ts'
import { natCluster, web, type NatWish } from './inventories.ts'
import { poolsFilled } from './ipvs.ts'
import { cutOffRun, killedRun, moments, powerlessRun, watchedRun, type Moment } from './kill-at.ts'
import { openLab, type Lab } from './lab.ts'
import { stream } from './requests.ts'
import { differencesBetweenEnds, stateOf, type End } from './state-of.ts'

/** A way from one inventory to the other. */
interface Way {
  readonly to: 'a' | 'b'
  readonly wish: NatWish
  /** Of the routers' pools, all services together. */
  readonly places: number
}

const ways: Readonly<Record<'a' | 'b', Way>> = {
  a: { to: 'a', wish: { weights: { rs1: 1, rs2: 2 }, idle: ['rs3'], drainSeconds: 3 }, places: 2 },
  b: {
    to: 'b',
    wish: {
      weights: { rs2: 1, rs3: 3 },
      idle: ['rs1'],
      scheduler: 'wlc',
      https: true,
      other: true,
      otherPassword: true,
      drainSeconds: 3,
    },
    places: 6,
  },
}

const everything = process.env.LBPROV_LAB_ALL === '1'

/** For how long runs are killed, unless everything is asked for. */
const killingMs = 30_000

/** All of them, so that the first few are spread over the whole. */
const spread = <Item>(items: readonly Item[]): readonly Item[] => {
  const order = items.map((item, n) => ({ item, at: (n * 0.6180339887) % 1 }))
  return order.sort((one, other) => one.at - other.at).map(({ item }) => item)
}

/** A run that ends anywhere leaves nothing that the next one does not bring to the same end. */
describe('an apply that is interrupted', () => {
  let lab: Lab
  const paths = { a: '', b: '' }
  const ends: { a?: End; b?: End } = {}
  /** Trips of a whole run, and those of one that has nothing to do. */
  const trips = { a: 0, b: 0, idle: 0 }

  const words = (to: Way['to']): readonly string[] => ['apply', paths[to], '--yes', '--json']

  /** The cluster has come to rest: lb1 has the VIPs, and both routers send to all that they may. */
  const settled = async ({ places, wish }: Way): Promise<void> => {
    const vips = [web.vip, web.inside, ...(wish.other === true ? [web.otherVip] : [])]
    for (const vip of vips) {
      await on(lab, 'lb1', `until ip -o addr | grep -q '${vip}/'; do sleep 0.2; done`)
      await on(lab, 'lb2', `while ip -o addr | grep -q '${vip}/'; do sleep 0.2; done`)
    }
    await Promise.all(['lb1', 'lb2'].map((name) => poolsFilled(lab, name, places)))
  }

  /** Runs to the end what was interrupted. Only a dead run's last command on a host may make it wait. */
  const finished = async (to: Way['to']): Promise<void> => {
    const until = Date.now() + 60_000
    for (;;) {
      const { code, stdout, stderr, summary } = await apply(lab, paths[to])
      if (code !== 0 && stdout.includes('E_LOCKED') && Date.now() < until) continue
      const outcomes = stdout.split('\n').filter((line) => line.startsWith('{"type":"outcome"'))
      const said = code === 0 ? '' : [...outcomes, stderr].join('\n')
      expect({ code, hosts: summary.hosts, said }).toMatchObject({ code: 0, said: '' })
      return
    }
  }

  const sameEnd = async (to: Way['to']): Promise<void> => {
    await settled(ways[to])
    expect(differencesBetweenEnds(ends[to] ?? {}, await stateOf(lab))).toEqual([])
  }

  /** The same, with nothing between the interruption and the end that a client would notice. */
  const unnoticed = async (to: Way['to'], interrupt: () => Promise<unknown>): Promise<void> => {
    const requests = stream(lab, `${web.url}/`, 15)
    await requests.next(({ server }) => server !== undefined)
    await interrupt()
    await requests.next(({ server }) => server !== undefined)
    await finished(to)
    await requests.next(({ server }) => server !== undefined)
    const all = await requests.stop()
    expect(all.filter(({ error }) => error !== undefined)).toEqual([])
    await sameEnd(to)
  }

  const placesOf = (to: Way['to']): readonly (readonly [number, Moment])[] =>
    Array.from({ length: trips[to] - trips.idle }, (_, n) => trips.idle + 1 + n).flatMap((trip) =>
      moments.map((moment) => [trip, moment] as const),
    )

  beforeAll(async () => {
    lab = openLab({ name: 'interruption' })
    await lab.down()
    await lab.up()
    for (const to of ['a', 'b'] as const) paths[to] = written(lab, to, natCluster(ways[to].wish))
    const first = await watchedRun(lab, words('a'))
    expect(first.code, first.stdout).toBe(0)
    await settled(ways.a)
    trips.idle = (await watchedRun(lab, words('a'))).trips
    // From here on every way is gone again and again: the first was from bare machines.
    for (const to of ['b', 'a'] as const) {
      const { code, stdout, trips: all } = await watchedRun(lab, words(to))
      expect(code, stdout).toBe(0)
      trips[to] = all
      await settled(ways[to])
      ends[to] = await stateOf(lab)
    }
  })
  afterAll(() => lab.down())

  it(
    'by SIGKILL, anywhere',
    async () => {
      const [toA, toB] = [spread(placesOf('a')), spread(placesOf('b'))]
      const until = Date.now() + (everything ? Infinity : killingMs)
      const done: string[] = []
      for (let n = 0; Date.now() < until && n < Math.max(toA.length, toB.length); n += 1) {
        for (const [to, places] of [
          ['b', toB],
          ['a', toA],
        ] as const) {
          const [trip, moment] = places[n % places.length] ?? [0, 'sent']
          done.push(`${to} ${String(trip)} ${moment}`)
          await unnoticed(to, () => killedRun(lab, words(to), trip, moment))
        }
      }
      console.log(`Killed: ${done.join(', ')} (of ${String(toA.length + toB.length)})`)
    },
    everything ? 6 * 3_600_000 : 900_000,
  )

  it('by a way to the hosts that is cut', async () => {
    const middle = (to: Way['to']): number => Math.ceil((trips.idle + trips[to]) / 2)
    await unnoticed('b', () => cutOffRun(lab, words('b'), middle('b'), 'sent'))
    await unnoticed('a', () => cutOffRun(lab, words('a'), middle('a') + 1, 'sending', ['lb1']))
  })

  it('by a power cut of a host', async () => {
    const names = everything ? lab.machines.map(({ name }) => name) : ['lb1']
    // Each begins where an undisturbed run has ended, whatever the test before left.
    await finished('a')
    for (const [n, name] of names.entries()) {
      const to = n % 2 === 0 ? 'b' : 'a'
      const trip = Math.ceil(trips.idle + ((n + 1) * (trips[to] - trips.idle)) / (names.length + 1))
      const run = await powerlessRun(lab, words(to), trip, 'sent', name)
      expect({ name, stopped: run.stopped }).toEqual({ name, stopped: true })
      await finished(to)
      await sameEnd(to)
    }
  })
})
