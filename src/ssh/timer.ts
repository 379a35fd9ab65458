import { performance } from 'node:perf_hooks'

/** Runs out once, unless it is stopped. */
export interface Timer {
  restart(): void
  stop(): void
  /** The time that this takes does not count. */
  readonly without: <Result>(work: () => Promise<Result>) => Promise<Result>
}

/** `ms` 0: it never runs out. */
export const makeTimer = (ms: number, ranOut: () => void): Timer => {
  let stopped = false
  let pauses = 0
  let since = 0
  let running: NodeJS.Timeout | undefined
  const wait = (left: number): void => {
    running = setTimeout(() => {
      const more = since + ms - performance.now()
      if (more > 0) wait(more)
      else ranOut()
    }, left)
  }
  // Every piece of every answer restarts one: the clock is read, and Node's own timer left alone until it rings.
  const restart = (): void => {
    since = performance.now()
    if (running === undefined && !stopped && pauses === 0 && ms > 0) wait(ms)
  }
  const rest = (): void => {
    clearTimeout(running)
    running = undefined
  }
  restart()
  return {
    restart,
    stop: () => {
      stopped = true
      rest()
    },
    without: async (work) => {
      pauses += 1
      rest()
      try {
        return await work()
      } finally {
        pauses -= 1
        restart()
      }
    },
  }
}
