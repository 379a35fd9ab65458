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
  let running: NodeJS.Timeout | undefined
  const restart = (): void => {
    clearTimeout(running)
    if (!stopped && pauses === 0 && ms > 0) running = setTimeout(ranOut, ms)
  }
  restart()
  return {
    restart,
    stop: () => {
      stopped = true
      clearTimeout(running)
    },
    without: async (work) => {
      pauses += 1
      clearTimeout(running)
      try {
        return await work()
      } finally {
        pauses -= 1
        restart()
      }
    },
  }
}
