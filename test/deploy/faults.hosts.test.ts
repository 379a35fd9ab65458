import { setTimeout as wait } from 'node:timers/promises'

import { beforeAll, describe, expect, it } from 'vitest'

import { exitOf } from '../../src/cli/exit-of.ts'
import type { RunEvent } from '../../src/engine/events.ts'
import type { Report } from '../../src/engine/outcome.ts'
import { patience } from '../../src/engine/patience.ts'
import { breaking, ways, type Break } from './broken-wire.ts'
import { doJob, watchedJob } from './job.ts'
import { makeWorld, openSite, type Site } from './site.ts'

/** Trips of an undisturbed first run, by host: two questions, the phases, and two more where a change is guarded. */
const trips: Readonly<Record<string, number>> = { lb1: 8, rs1: 5 }

const open = (): Promise<Site> => openSite(Object.keys(trips))

interface Run {
  readonly report: Report
  readonly trips: readonly string[]
  /** `network rs1` for each host in each phase that was begun. */
  readonly began: readonly string[]
}

const run = async (site: Site, at?: Break, inventory = site.inventory()): Promise<Run> => {
  const world = makeWorld(site.home, { out: '', err: '' })
  const noted: string[] = []
  const began: string[] = []
  const tell = (event: RunEvent): void => {
    if (event.type === 'began') began.push(`${event.phase} ${event.host}`)
  }
  const job = watchedJob(inventory, world, {})
  const report = await doJob({
    ...job,
    tell,
    patience: { ...patience, probeMs: 10_000, guardSeconds: 20 },
    dial: breaking(job.dial, site.hosts, noted, at),
  })
  return { report, trips: noted, began }
}

/** What lbprov may have changed on a host. */
const result = (site: Site): readonly string[] =>
  Object.values(site.hosts).map(
    (toy) =>
      toy.run([
        'sh',
        '-c',
        `cd /etc; for file in $(find sysconfig/network-scripts sysctl.d/*lbprov* modules-load.d keepalived -type f -o -name '.*.lbprov' | sort)
        do stat -c '%n %U %a' $file; cat $file; done
        ip -o -4 addr; ip route; cat /proc/sys/net/ipv4/ip_forward
        systemctl show -p ActiveState -p UnitFileState keepalived`,
      ]).out,
  )

/** Waits for a script that was cut off in the middle: it runs on, and its shell holds the lock. */
const scriptEnds = async (site: Site, { host, way }: Break): Promise<void> => {
  const isHeld = (): boolean =>
    site.host(host).run(['flock', '-n', '/run/lbprov/lock', 'true']).exit === 1
  while (way === 'middle' && isHeld()) await wait(50)
}

let undisturbed: readonly string[] = []

beforeAll(async () => {
  const site = await open()
  const first = await run(site)
  expect(exitOf(first.report)).toBe(0)
  for (const [host, n] of Object.entries(trips)) {
    expect([host, first.trips.filter((each) => each === host).length]).toEqual([host, n])
  }
  undisturbed = result(site)
  await site.close()
})

const breaks: readonly Break[] = Object.entries(trips).flatMap(([host, n]) =>
  Array.from({ length: n }, (_, trip) => ways.map((way) => ({ host, trip: trip + 1, way }))).flat(),
)

const phases = ['packages', 'kernel', 'network', 'gateway', 'balance']
const needed = ['kernel', 'network', 'gateway']

describe('wherever the connection breaks, nothing is lost', () => {
  it.concurrent.each(breaks)('$host, trip $trip, $way', async (at) => {
    const site = await open()
    const first = await run(site, at)
    const { errors } = first.report
    // A guarded phase goes on over its new connection, where nothing was left to do.
    const recovered = errors.length === 0
    expect(exitOf(first.report)).toBe(recovered ? 0 : 1)
    expect(errors.map(({ host }) => host)).toEqual(recovered ? [] : [at.host])
    for (const { error } of errors) expect(error.message).toMatch(new RegExp(`^${at.host}\\b.*`))

    const mine = first.began.filter((each) => each.endsWith(at.host))
    const last = mine.at(-1)?.split(' ')[0] ?? 'survey'
    if (!recovered) {
      // The host itself goes no further than the phase in which it broke.
      expect(mine.length).toBeLessThanOrEqual(phases.indexOf(last) + 1)
      if (last === 'survey' || needed.includes(last)) {
        expect(first.began.filter((each) => each.startsWith('balance'))).toEqual([])
      }
      if (last !== 'survey') expect(errors[0]?.error.message).toContain(`phase "${last}"`)
    }

    await scriptEnds(site, at)
    const second = await run(site)
    expect(second.report.errors).toEqual([])
    expect(exitOf(second.report)).toBe(0)
    const third = await run(site)
    expect([...third.report.hosts.values()].map(({ status }) => status)).toEqual([
      'unchanged',
      'unchanged',
    ])
    expect(result(site)).toEqual(undisturbed)
    await site.close()
  })
})

/** Of everything that an inventory may change from one day to the next, what these two hosts have a part in. */
const edited = (site: Site): string =>
  site.inventory((text) =>
    text
      .replace('  inside: 10.11.12.10\n', '  inside: 10.11.12.10\n  shop: 203.0.113.11\n')
      .replace('scheduler: wrr', 'scheduler: wlc\n    protocol: udp')
      .replace('check: { tcp: { connect_timeout: 10 } }', 'check: none')
      .replace(
        /$/,
        '  shop: { vip: shop, ports: [53, 5353], protocol: udp, check: none, real_servers: { rs1: { weight: 3 } } }\n',
      )
      .replace('gateway: 203.0.113.254', 'gateway: 203.0.113.253')
      .replace('auth_pass: { env: VRRP_PASS }', 'auth_pass: { env: VRRP_PASS }\n  advert_int: 2'),
  )

const edit = async (site: Site, at?: Break): Promise<Run> => {
  expect(exitOf((await run(site)).report)).toBe(0)
  return run(site, at, edited(site))
}

describe(
  'wherever the connection breaks while an inventory is changed',
  { timeout: 60_000 },
  () => {
    let trip: Readonly<Record<string, number>> = {}
    let ended: readonly string[] = []

    beforeAll(async () => {
      const site = await open()
      const { report, trips: made } = await edit(site)
      expect(exitOf(report)).toBe(0)
      trip = Object.fromEntries(
        Object.keys(trips).map((host) => [host, made.filter((each) => each === host).length]),
      )
      ended = result(site)
      expect(ended).not.toEqual(undisturbed)
      await site.close()
    })

    it('is known where that can be', () => {
      // Each has its two questions and at least one phase; the router those of the firewall, the balance and the end too.
      expect(trip).toEqual({ lb1: 9, rs1: 2 })
    })

    it.concurrent.each(
      Object.entries({ lb1: 9, rs1: 2 }).flatMap(([host, n]) =>
        Array.from({ length: n }, (_, at): Break => ({ host, trip: at + 1, way: 'middle' })),
      ),
    )('$host, trip $trip', async (at) => {
      const site = await open()
      await edit(site, at)
      await scriptEnds(site, at)
      const again = await run(site, undefined, edited(site))
      expect(again.report.errors).toEqual([])
      const rerun = await run(site, undefined, edited(site))
      expect([...rerun.report.hosts.values()].map(({ changed }) => changed)).toEqual([0, 0])
      expect(result(site)).toEqual(ended)
      await site.close()
    })
  },
)
