import { z } from 'zod'
import { shown } from '../../faults/schema-faults.ts'

const MOST = 86400

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 }

const NOUN =
  'a time to wait: a whole number of seconds, 0 to 86400, or text with a unit: "90s", "5m", "1h"'

const error = ({ input }: { readonly input: unknown }): string => `${shown(input)} is not ${NOUN}`

const secondsOf = (text: string): number => {
  const [, count = '', unit = ''] = /^(\d{1,5})([smh])$/.exec(text) ?? []
  return Number(count === '' ? Number.NaN : count) * (units[unit] ?? Number.NaN)
}

const timeout = z.union(
  [
    z.int({ error }).min(0, { error }).max(MOST, { error }),
    z
      .string()
      .refine((text) => secondsOf(text) <= MOST, { error })
      .transform(secondsOf),
  ],
  { error },
)

/** What happens to the connections of a real server that leaves. */
export const drain = z
  .strictObject(
    {
      timeout: timeout.default(60).meta({
        description:
          'Seconds for which the connections of a real server that leaves are waited for, or text with a unit ("5m"); 0: not at all.',
      }),
    },
    {
      error: ({ code, input }) =>
        code === 'invalid_type'
          ? `${shown(input)} does not say how real servers leave; write { timeout: 60 }, seconds`
          : undefined,
    },
  )
  .meta({ description: 'How real servers leave: no new connections, then a wait, then gone.' })
