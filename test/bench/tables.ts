import type { Cell, Contestant, Topology, Work } from './cell.ts'
import { median, type Entry } from './results.ts'

/** Finds what was measured. */
export type Find = (cell: Cell, who: Contestant) => Entry | undefined

export const finder =
  (entries: readonly Entry[]): Find =>
  ({ topology, work, hosts, rtt }, who) =>
    entries.find(
      (entry) =>
        entry.topology === topology &&
        entry.work === work &&
        entry.hosts === hosts &&
        entry.rtt === rtt &&
        entry.who === who,
    )

const none = '–'

const seconds = (ms: number): string =>
  ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`

const ratio = (one: number, other: number): string => {
  const times = one / other
  return `${times.toFixed(times < 10 ? 2 : 0)}×`
}

type Quantity = 'wallMs' | 'cpuMs' | 'peakMb'

const value = (entry: Entry | undefined, quantity: Quantity): number | undefined =>
  entry === undefined ? undefined : median(entry[quantity])

/** `1.20 s (1.05×)`: the median, and how many times the floor's. */
const compared = (
  entry: Entry | undefined,
  floor: Entry | undefined,
  quantity: 'wallMs' | 'cpuMs',
): string => {
  const mine = value(entry, quantity)
  const least = value(floor, quantity)
  if (mine === undefined) return none
  return least === undefined ? seconds(mine) : `${seconds(mine)} (${ratio(mine, least)})`
}

/** A table of Markdown; no rows, no table. */
export const table = (
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string | undefined =>
  rows.length === 0
    ? undefined
    : [heads, heads.map((_, n) => (n === 0 ? '---' : '--:')), ...rows]
        .map((row) => `| ${row.join(' | ')} |\n`)
        .join('')

const sorted = (numbers: Iterable<number>): readonly number[] =>
  [...new Set(numbers)].toSorted((one, other) => one - other)

/** One row for each number of hosts. */
export const workTable = (
  entries: readonly Entry[],
  topology: Topology,
  work: Work,
  rtt: number,
): string | undefined => {
  const find = finder(entries)
  const here = entries.filter(
    (entry) => entry.topology === topology && entry.work === work && entry.rtt === rtt,
  )
  const others = (['xargs', 'ansible', 'mitogen'] as const).filter((who) =>
    here.some((entry) => entry.who === who),
  )
  const rows = sorted(here.map(({ hosts }) => hosts)).map((hosts) => {
    const of = (who: Contestant): Entry | undefined => find({ topology, work, hosts, rtt }, who)
    const [lbprov, floor] = [of('lbprov'), of('floor')]
    const peak = value(lbprov, 'peakMb')
    return [
      String(hosts),
      compared(floor, undefined, 'wallMs'),
      compared(lbprov, floor, 'wallMs'),
      ...others.map((who) => compared(of(who), floor, 'wallMs')),
      compared(floor, undefined, 'cpuMs'),
      compared(lbprov, floor, 'cpuMs'),
      peak === undefined ? none : `${peak.toFixed(0)} MB`,
    ]
  })
  const names = { xargs: '`xargs -P8 ssh true`', ansible: 'ansible-core', mitogen: 'mitogen' }
  return table(
    [
      'hosts',
      'ssh2 floor',
      'lbprov',
      ...others.map((who) => names[who]),
      'CPU: floor',
      'CPU: lbprov',
      'lbprov, peak',
    ],
    rows,
  )
}

const titles: Readonly<Partial<Record<Contestant, string>>> = {
  lbprov: 'lbprov',
  floor: 'ssh2 floor',
  bare: 'ssh2 as it comes',
  xargs: '`ssh host true`',
  ansible: 'ansible-core',
  mitogen: 'ansible-mitogen',
}

/** What 50 ms of distance cost with one host, in round trips. */
export const roundTripTable = (entries: readonly Entry[], topology: Topology) => {
  const find = finder(entries)
  const at = (who: Contestant, rtt: number): number | undefined =>
    value(find({ topology, work: 'nothing', hosts: 1, rtt }, who), 'wallMs')
  const rows = Object.entries(titles).flatMap(([who, title]) => {
    const [near, far] = [at(who as Contestant, 0), at(who as Contestant, 50)]
    if (near === undefined || far === undefined) return []
    return [[title, seconds(near), seconds(far), ((far - near) / 50).toFixed(1)]]
  })
  return table(['one host', 'at 0 ms', 'at 50 ms', 'round trips'], rows)
}

/** What one host costs in small and in large clusters. */
export const perHostTable = (entries: readonly Entry[], topology: Topology) => {
  const rows = entries
    .filter(
      (entry) =>
        entry.topology === topology &&
        entry.work === 'nothing' &&
        entry.rtt === 0 &&
        entry.hosts >= 20 &&
        (entry.who === 'lbprov' || entry.who === 'floor'),
    )
    .toSorted((one, other) => one.hosts - other.hosts || one.who.localeCompare(other.who))
    .map((entry) => [
      `${String(entry.hosts)}, ${titles[entry.who] ?? entry.who}`,
      `${(median(entry.wallMs) / entry.hosts).toFixed(1)} ms`,
      `${(median(entry.cpuMs) / entry.hosts).toFixed(1)} ms`,
      `${median(entry.peakMb).toFixed(0)} MB`,
    ])
  return table(['hosts', 'wall, each', 'CPU, each', 'peak, all'], rows)
}

export const startTable = (entries: readonly Entry[]): string | undefined => {
  const find = finder(entries)
  const of = (who: Contestant): Entry | undefined =>
    find({ topology: 'nat', work: 'start', hosts: 0, rtt: 0 }, who)
  const [lbprov, node] = [of('lbprov'), of('node')]
  if (lbprov === undefined || node === undefined) return undefined
  return table(
    ['process', 'wall', 'CPU'],
    [
      ['`node -e 0`', compared(node, undefined, 'wallMs'), compared(node, undefined, 'cpuMs')],
      ['`lbprov --version`', compared(lbprov, node, 'wallMs'), compared(lbprov, node, 'cpuMs')],
    ],
  )
}

export const sizeTable = (entries: readonly Entry[]): string | undefined => {
  const sizes = entries
    .filter(({ work }) => work === 'check')
    .toSorted((one, other) => one.hosts - other.hosts)
  const [first] = sizes
  return table(
    ['real servers', 'wall', 'CPU', 'peak'],
    sizes.map((entry) => [
      String(entry.hosts),
      compared(entry, first === entry ? undefined : first, 'wallMs'),
      compared(entry, first === entry ? undefined : first, 'cpuMs'),
      `${median(entry.peakMb).toFixed(0)} MB`,
    ]),
  )
}
