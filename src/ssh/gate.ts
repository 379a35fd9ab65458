/** Lets some pieces of work run at once; the others wait in the order they came. */
export interface Gate {
  <Result>(work: () => Promise<Result>): Promise<Result>
  /** Lets half as many in from now on, and one at least. */
  readonly narrow: () => void
}

/**
 * Lets `width` pieces of work run at once. sshd drops logins beyond MaxStartups (10 by default), and a jump host sees them
 * all.
 */
export const makeGate = (width: number): Gate => {
  let open = width
  let inside = 0
  const waiting: (() => void)[] = []
  const admit = (): void => {
    while (inside < open) {
      const enter = waiting.shift()
      if (enter === undefined) return
      inside += 1
      enter()
    }
  }
  const gate = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const entered = new Promise<void>((enter) => waiting.push(enter))
    admit()
    await entered
    try {
      return await work()
    } finally {
      inside -= 1
      admit()
    }
  }
  return Object.assign(gate, { narrow: () => void (open = Math.max(1, Math.floor(open / 2))) })
}
