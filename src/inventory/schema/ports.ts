import { z } from 'zod'
import { shown } from '../../faults/schema-faults.ts'
import type { PortRange } from '../service.ts'
import { whole } from './fields.ts'

const LAST = 65535
const FORM = /^(\d{1,5})-(\d{1,5})$/

/** One port. */
export const port = whole('a port', 1, LAST)

const wrong = ({ input }: { readonly input: unknown }): string =>
  typeof input === 'string' && FORM.test(input)
    ? `${shown(input)} is a range, and this is one port; ranges go into "ports": [${shown(input)}]`
    : `${shown(input)} is not a port: a whole number from 1 to ${String(LAST)}`

/** A service's one port. */
export const servicePort = z
  .int({ error: wrong })
  .min(1, { error: wrong })
  .max(LAST, { error: wrong })

const notOne = ({ input }: { readonly input: unknown }): string =>
  `${shown(input)} is not a port: a whole number from 1 to ${String(LAST)}, or a range: "10000-20000"`

const edges = (text: string): PortRange => {
  const [, first, last] = FORM.exec(text) ?? []
  return { first: Number(first), last: Number(last) }
}

const rangeFault = (text: string): string | undefined => {
  if (!FORM.test(text)) return notOne({ input: text })
  const { first, last } = edges(text)
  if (Math.min(first, last) < 1 || Math.max(first, last) > LAST)
    return `${shown(text)} is not a range of ports: they are from 1 to ${String(LAST)}`
  return first > last
    ? `${shown(text)} runs backwards; write "${String(last)}-${String(first)}"`
    : undefined
}

const range = z
  .string()
  .refine((text) => rangeFault(text) === undefined, {
    error: ({ input }) => rangeFault(String(input)),
  })
  .transform(edges)

const single = z
  .int({ error: notOne })
  .min(1, { error: notOne })
  .max(LAST, { error: notOne })
  .transform((one): PortRange => ({ first: one, last: one }))

/** A port, or `"first-last"`; a range either way. */
export const portOrRange = z.union([single, range], { error: notOne })
