import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { showCell, type Cell, type Contestant, type Measured } from './cell.ts'

/** One contestant in one cell: every run, and when. */
export interface Entry extends Cell {
  readonly who: Contestant
  readonly wallMs: readonly number[]
  readonly cpuMs: readonly number[]
  readonly peakMb: readonly number[]
  /** Of all hosts together, where they were counted. */
  readonly trips?: number
  readonly connections?: number
}

export interface Results {
  /** The machine and the versions, word by word. */
  readonly about: Readonly<Record<string, string>>
  readonly entries: readonly Entry[]
}

const resultsFile = fileURLToPath(new URL('results.json', import.meta.url))

export const readResults = (): Results => {
  try {
    return JSON.parse(readFileSync(resultsFile, 'utf8')) as Results
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return { about: {}, entries: [] }
  }
}

const keyOf = (entry: Entry): string => `${showCell(entry)}, ${entry.who}`

/** What is new takes the place of the same cell's; the rest stays. */
export const merge = (old: Results, { about, entries }: Results): Results => {
  const all = new Map([...old.entries, ...entries].map((entry) => [keyOf(entry), entry]))
  return { about, entries: [...all.values()] }
}

export const writeResults = async (results: Results): Promise<void> => {
  const { format, resolveConfig } = await import('prettier')
  const own = await resolveConfig(resultsFile)
  writeFileSync(resultsFile, await format(JSON.stringify(results), { ...own, parser: 'json' }))
}

const rounded = (numbers: readonly number[], digits: number): readonly number[] =>
  numbers.map((number) => Number(number.toFixed(digits)))

export const entryOf = (
  cell: Cell,
  who: Contestant,
  runs: readonly Measured[],
  counted: { readonly trips?: number; readonly connections?: number } = {},
): Entry => ({
  ...cell,
  who,
  wallMs: rounded(
    runs.map(({ wallMs }) => wallMs),
    1,
  ),
  cpuMs: rounded(
    runs.map(({ cpuMs }) => cpuMs),
    0,
  ),
  peakMb: rounded(
    runs.map(({ peakMb }) => peakMb),
    1,
  ),
  ...counted,
})

export const median = (numbers: readonly number[]): number => {
  const sorted = numbers.toSorted((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}
