import type { RunInfo } from '../../src/engine/lock.ts'

/** A run of the user whose name is that letter. */
export const makeRun = (letter: string, isOver = false): RunInfo => ({
  id: letter.repeat(16),
  who: `${letter}@controller`,
  controller: undefined,
  pid: 1,
  started: '1',
  since: Date.UTC(2026, 10, 21, 14, 3, 12),
  cluster: 'toys',
  version: '0.0.0',
  isOver: () => isOver,
})
