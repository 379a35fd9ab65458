import type { Cell, Contestant } from './cell.ts'
import type { Round } from './matrix.ts'
import { median, type Entry } from './results.ts'
import { finder } from './tables.ts'

/** Milliseconds for a run, and for each host of it, where nothing was measured yet. */
const guesses: Readonly<Record<Contestant, readonly [number, number]>> = {
  lbprov: [500, 60],
  floor: [300, 40],
  bare: [300, 40],
  xargs: [100, 80],
  ansible: [3000, 2500],
  mitogen: [3000, 1500],
  node: [50, 0],
}

/** A new host for the fleet. */
const hostMs = 60

const runMs = (cell: Cell, who: Contestant, known: readonly Entry[]): number => {
  const entry = finder(known)(cell, who)
  if (entry !== undefined) return median(entry.wallMs)
  const [whole, each] = guesses[who]
  const factor = cell.work === 'first' ? 3 : 1
  return whole + each * factor * cell.hosts + cell.rtt * 15
}

/** Milliseconds that the rounds may take. */
export const estimate = (
  rounds: readonly Round[],
  runs: number,
  known: readonly Entry[],
): number => {
  const costs = rounds.flatMap(({ cell, who }) => {
    const renewal = hostMs * cell.hosts
    const each = who.map(
      (one) => (runMs(cell, one, known) + (cell.work === 'first' ? renewal : 0)) * (runs + 1),
    )
    return [renewal, ...each]
  })
  return costs.reduce((sum, cost) => sum + cost, 0)
}
