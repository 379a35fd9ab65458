/**
 * Lets `width` pieces of work run at once; the others wait in the order they came. sshd drops logins
 * beyond MaxStartups (10 by default), and a jump host sees them all.
 */
export const makeGate = (
  width: number,
): (<Result>(work: () => Promise<Result>) => Promise<Result>) => {
  let inside = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (inside === width) await new Promise<void>((enter) => waiting.push(enter))
    else inside += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) inside -= 1
      else next()
    }
  }
}
