import { z } from 'zod'
import { shown } from '../../faults/schema-faults.ts'
import { whole, word } from './fields.ts'

const path = z.string().regex(/^\/[%&(-z|~]*$/, {
  error: ({ input }) =>
    `${shown(input)} is not a path: begin with "/", and write blanks, quotes, braces, "$", "!" and "#" as %20 and the like`,
})

const code = whole('an HTTP status', 100, 599).transform(String)

const STATUSES = 'a status, a range or several of them: 200, or "200-299 301"'

const isStatus = (text: string): boolean => {
  const [, first, last = first] = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(text) ?? []
  return first !== undefined && Number(first) <= Number(last)
}

const codes = z
  .string()
  .transform((text) => text.trim().split(/\s+/))
  .refine((words) => words.every(isStatus), {
    error: ({ input }) => `${shown((input as readonly string[]).join(' '))} is not ${STATUSES}`,
  })
  .transform((words) => words.join(' '))

const virtualhost = word('a Host header')

const page = {
  path: path.optional().meta({ description: 'What is asked for. Default: /' }),
  status: z
    .union([code, codes], { error: ({ input }) => `${shown(input)} is not ${STATUSES}` })
    .optional()
    .meta({ description: 'What must come back: 200, or "200-299 301". Default: 200-299.' }),
  digest: z
    .string({
      error: ({ input }) =>
        `needs text, not ${shown(input)}; put the 32 hex digits of the digest in quotes`,
    })
    .regex(/^[0-9a-fA-F]{32}$/, {
      error: ({ input }) =>
        `${shown(input)} is not a digest: 32 hex digits, the MD5 that genhash(1) prints`,
    })
    .transform((text) => text.toLowerCase())
    .optional()
    .meta({ description: 'MD5 of what must come back (genhash(1)).' }),
}

/** One page of its own, or several: words of an HTTP check. */
export const pageOrPages = {
  ...page,
  virtualhost: virtualhost.optional().meta({
    description: "The Host header, also of pages without their own. Default: the service's.",
  }),
  pages: z
    .array(
      z.strictObject({
        ...page,
        virtualhost: virtualhost.optional().meta({ description: "This page's Host header." }),
      }),
    )
    .min(1)
    .optional()
    .meta({ description: 'Several pages, in place of path, status and digest.' }),
}

interface Pages {
  readonly path?: string | undefined
  readonly status?: string | undefined
  readonly digest?: string | undefined
  readonly pages?: readonly unknown[] | undefined
}

/** Whether a check has one page or a list of them, not both. */
export const isOnePageOrMany = (wish: Pages): boolean =>
  wish.pages === undefined ||
  [wish.path, wish.status, wish.digest].every((own) => own === undefined)
