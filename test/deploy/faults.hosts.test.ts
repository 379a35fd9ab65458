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

const run = async (site: Site, at?: Break): Promise<Run> => {
  const world = makeWorld(site.home, { out: '', err: '' })
  const noted: string[] = []
  const began: string[] = []
  const tell = (event: RunEvent): void => {
    if (event.type === 'began') began.push(`${event.phase} ${event.host}`)
  }
  const job = watchedJob(site.inventory(), world, {})
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

describe('wherever the connection breaks, nothing is lost', { timeout: 30_000 }, () => {
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
