import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import { contents } from '../sh/contents.ts'
import type { Sh } from '../sh/sh.ts'
import { canonicalKey, procPath } from './sysctl-files.ts'

export const sysctl_condition = defineResource({
  name: 'sysctl_condition',
  summary:
    'Kernel parameters of which the greatest counts have a value that will do; never changed',
  schema: z.strictObject({
    keys: z
      .array(
        z
          .string()
          .regex(
            /^[a-z]\w*([./][\w:-]+)+$/,
            'must be a kernel parameter such as net.ipv4.ip_forward',
          )
          .transform(canonicalKey),
      )
      .min(1)
      .describe(
        'The kernel takes the greater of net.ipv4.conf.all and of an interface (ip-sysctl)',
      ),
    allowed: z.array(z.string().regex(/^-?\d+$/, 'must be a number')).min(1),
    because: z
      .string()
      .describe('Why not, and what to do; the setting that was found is put for %s, or before it'),
  }),
  id: ({ keys }) => keys.join(', '),
  // Not every kernel has every parameter; what is not there is not set.
  probe: ({ keys }): Readonly<Record<string, Sh>> =>
    Object.fromEntries(keys.map((key) => [key, contents(procPath(key))])),
  parse: (answers, { keys, allowed, because }) => {
    const found = keys.flatMap((key) => {
      const text = answers[key]?.out.trim() ?? ''
      return text === '' ? [] : [{ key, value: Number(text) }]
    })
    const greatest = Math.max(...found.map(({ value }) => value))
    const decisive = found.find(({ value }) => value === greatest)
    if (decisive === undefined || allowed.includes(String(greatest))) return
    const setting = `${decisive.key} = ${String(greatest)}`
    throw new AnswerError(
      because.includes('%s') ? because.replaceAll('%s', () => setting) : `${setting}: ${because}`,
    )
  },
  diff: () => [],
})
