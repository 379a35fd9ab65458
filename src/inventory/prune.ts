import type { z } from 'zod'
import type { Path } from '../yaml.ts'

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** What to take out: everything here, or what its steps say. */
interface Cut {
  whole: boolean
  readonly below: Map<string, Cut>
}

const newCut = (): Cut => ({ whole: false, below: new Map() })

/** Marks what stands at a path, or its nearest parent that is there. */
const mark = (root: Cut, value: unknown, path: Path): void => {
  let cut = root
  let found = value
  for (const step of path) {
    // Half a list would say something else: one subnet of two is another network.
    if (!isMap(found) || Array.isArray(found) || !Object.hasOwn(found, step)) break
    const key = String(step)
    const next = cut.below.get(key) ?? newCut()
    cut.below.set(key, next)
    cut = next
    found = found[key]
  }
  cut.whole = true
}

const without = (value: unknown, cut: Cut): unknown => {
  if (cut.whole) return undefined
  if (cut.below.size === 0 || !isMap(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const own = cut.below.get(key)
      const left = own === undefined ? item : without(item, own)
      return own !== undefined && left === undefined ? [] : [[key, left]]
    }),
  )
}

/** The part of a value that its schema accepts: what it complains about is taken out, until nothing is left to say. */
export const withoutFaults = <Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.output<Schema> | undefined => {
  let rest = value
  // Each round removes something; one is enough for most, and a few for what only shows behind it.
  for (let round = 0; round < 10 && rest !== undefined; round += 1) {
    const parsed = schema.safeParse(rest)
    if (parsed.success) return parsed.data
    const cut = newCut()
    for (const issue of parsed.error.issues) {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined]
      for (const key of keys) mark(cut, rest, key === undefined ? issue.path : [...issue.path, key])
    }
    rest = without(rest, cut)
  }
  return undefined
}
