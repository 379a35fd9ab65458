import type { z } from 'zod'
import type { Path } from '../yaml.ts'

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** The value without what stands at a path, or without its nearest parent that is there. */
const without = (value: unknown, path: Path): unknown => {
  const [step, ...rest] = path
  if (step === undefined || !isMap(value) || !Object.hasOwn(value, step)) return undefined
  const left = without(value[String(step)], rest)
  // Half a list would say something else: one subnet of two is another network.
  if (Array.isArray(value)) return undefined
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      if (key !== String(step)) return [[key, item]]
      return left === undefined ? [] : [[key, left]]
    }),
  )
}

/** The part of a value that its schema accepts: what it complains about is taken out, until nothing is left to say. */
export const withoutFaults = <Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.output<Schema> | undefined => {
  let rest = value
  // Each round removes something, so the rounds end; the bound is for the reader.
  for (let round = 0; round < 100 && rest !== undefined; round += 1) {
    const parsed = schema.safeParse(rest)
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    if (issue === undefined) return undefined
    rest =
      issue.code === 'unrecognized_keys'
        ? issue.keys.reduce<unknown>((left, key) => without(left, [...issue.path, key]), rest)
        : without(rest, issue.path)
  }
  return undefined
}
