import fc, { type Arbitrary } from 'fast-check'
import { expect } from 'vitest'

/** Minutes for each random test; both together take one in CI. By hand LBPROV_MINUTES=10. */
const minutes = Number(process.env.LBPROV_MINUTES ?? '1') / 2

/** Where the random numbers begin: LBPROV_SEED has those of an earlier run once more. */
const firstSeed = Number(process.env.LBPROV_SEED ?? String(Date.now() % 1_000_000_000))

/** A test's own limit leaves time for what was begun, and for a smaller case to be found. */
export const patienceMs = minutes * 60_000 + 300_000

const casesOfOneSeed = 50

/** What one case came to, for the count; or all that is to be said of what is wrong with it. */
type Result = { readonly kind: string } | { readonly wrong: string }

/** Random cases for a while: how many came to what. One that is wrong is made as small as it goes, and fails the test. */
export const forAWhile = async <Value>(
  what: string,
  cases: Arbitrary<Value>,
  judge: (value: Value) => Promise<Result>,
): Promise<Readonly<Partial<Record<string, number>>>> => {
  const until = performance.now() + minutes * 60_000
  const counts: Partial<Record<string, number>> = {}
  let smallest: string | undefined
  const property = fc.asyncProperty(cases, async (value) => {
    const result = await judge(value)
    if ('kind' in result) counts[result.kind] = (counts[result.kind] ?? 0) + 1
    else smallest = result.wrong
    return 'kind' in result
  })
  let seed = firstSeed
  for (; performance.now() < until && smallest === undefined; seed += 1)
    await fc.check(property, { seed, numRuns: casesOfOneSeed })
  const all = Object.values(counts).reduce<number>((sum, count = 0) => sum + count, 0)
  const seeds = `LBPROV_SEED=${String(firstSeed)} to ${String(seed - 1)}`
  console.log(`${what}: ${String(all)} cases (${seeds}): ${JSON.stringify(counts)}`)
  if (smallest !== undefined) expect.fail(`LBPROV_SEED=${String(seed - 1)}\n${smallest}`)
  return counts
}
