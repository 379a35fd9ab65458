/** By so much a text is made longer. */
const times = 16

/** By so much longer the work may take: 16 is linear, and memory that is no longer near; 256 is quadratic. */
export const bound = 96

/** Milliseconds for a character that are no time at all: what is faster is not compared. */
const nothing = 20e-6

const tries = 5

/** By the least of several times, small and large in turn: whoever remembers the last text is asked for another. */
const ratio = (
  took: readonly (readonly [small: number, large: number])[],
  size: number,
): number => {
  const [small, large] = [0, 1].map((which) => Math.min(...took.map((each) => each[which] ?? 0)))
  return (large ?? 0) / Math.max(nothing * size, small ?? 0)
}

/** Milliseconds of the processor, and not of a clock: whatever else a machine does takes none of them. */
const clock = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const timed = (work: () => unknown): number => {
  const since = clock()
  work()
  return clock() - since
}

/** How much longer something takes with sixteen times as much as `size` characters. */
export const growth = <Input>(
  work: (input: Input) => unknown,
  make: (size: number) => Input,
  size: number,
): number => {
  const [small, large] = [make(size), make(times * size)]
  const took = Array.from(
    { length: tries },
    () => [timed(() => work(small)), timed(() => work(large))] as const,
  )
  return ratio(took, size)
}

/** The same for what is waited for. */
export const growthOf = async <Input>(
  work: (input: Input) => Promise<unknown>,
  make: (size: number) => Input,
  size: number,
): Promise<number> => {
  const waited = async (input: Input): Promise<number> => {
    const since = clock()
    await work(input)
    return clock() - since
  }
  const [small, large] = [make(size), make(times * size)]
  const took: (readonly [number, number])[] = []
  for (let n = 0; n < tries; n += 1) took.push([await waited(small), await waited(large)])
  return ratio(took, size)
}

/** Characters of a text: those few in which only what grows exponentially takes its time, and many. */
const few = [20, 28, 36, 44, 52, 60]
const many = [1000, 4000, 32_000]
/** Milliseconds in which nothing superlinear is through with so much; most is, and needs no second look. */
const quick = (length: number): number => Math.max(1, length * 200e-6)

/** Whether some text of `make` takes superlinear time. */
export const isSuperlinear = (
  work: (text: string) => unknown,
  make: (length: number) => string,
): boolean => {
  const isSlow = (length: number): boolean => {
    const text = make(length)
    return [1, 2, 3, 4].every(() => timed(() => work(text)) > quick(length))
  }
  if (few.some(isSlow)) return true
  const length = many.find(isSlow)
  return length !== undefined && growth(work, make, length / times) > bound
}
