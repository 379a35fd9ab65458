import fc, { type Arbitrary } from 'fast-check'

/** LBPROV_CASES: how many random cases a differential test tries; 10,000 take twenty minutes. */
const wanted = process.env.LBPROV_CASES
const usual = 75
const numRuns = Number(wanted ?? usual)

/** LBPROV_SEED: the seed of an earlier run has its cases once more. */
const seed = Number(process.env.LBPROV_SEED ?? Date.now() % 1_000_000_000)

/** A test's own limit leaves time for a smaller case to be found. */
export const patienceMs = numRuns * 1000 + 300_000

/** What one case came to, for the count; or all that is to be said of what is wrong with it. */
type Result = { readonly kind: string } | { readonly wrong: string }

type Counts = Readonly<Partial<Record<string, number>>>

/**
 * Compares random cases, and prints how many came to what. The first that is wrong is made as small as it goes.
 * @throws Error with that one and the seed
 */
export const tryRandomCases = async <Value>(
  what: string,
  cases: Arbitrary<Value>,
  judge: (value: Value) => Promise<Result>,
): Promise<Counts> => {
  const counts: Partial<Record<string, number>> = {}
  let smallest: string | undefined
  const property = fc.asyncProperty(cases, async (value) => {
    const result = await judge(value)
    if ('wrong' in result) smallest = result.wrong
    // What is tried to make a wrong one smaller is no case of its own.
    else if (smallest === undefined) counts[result.kind] = (counts[result.kind] ?? 0) + 1
    return 'kind' in result
  })
  const run = await fc.check(property, { seed, numRuns })
  const how = `LBPROV_SEED=${String(seed)} LBPROV_CASES=${String(numRuns)}`
  if (run.failed && smallest === undefined) throw new Error(how, { cause: run.errorInstance })
  const differences = smallest === undefined ? '0 differences that matter' : 'one that differs'
  console.log(
    `${what}: ${String(run.numRuns)} cases, ${differences} (${how}): ${JSON.stringify(counts)}`,
  )
  if (smallest !== undefined) throw new Error(`${how}\n${smallest}`)
  return counts
}

/** Which kinds no case came to, though a test is to show each; a run of few cases by hand need not. */
export const neverMet = (counts: Counts, kinds: readonly string[]): readonly string[] =>
  numRuns < usual ? [] : kinds.filter((kind) => counts[kind] === undefined)
