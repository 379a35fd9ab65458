/** Runs out once, unless it is stopped. */
export interface Timer {
  restart(): void
  stop(): void
  /** The time that this takes does not count. */
  readonly without: <Result>(work: () => Promise<Result>) => Promise<Result>
}

export const makeTimer = (ms: number, ranOut: () => void): Timer => {
  let stopped = false
  let running = setTimeout(ranOut, ms)
  const restart = (): void => {
    clearTimeout(running)
    if (!stopped) running = setTimeout(ranOut, ms)
  }
  return {
    restart,
    stop: () => {
      stopped = true
      clearTimeout(running)
    },
    without: async (work) => {
      clearTimeout(running)
      try {
        return await work()
      } finally {
        restart()
      }
    },
  }
}
