import { z } from 'zod'

const WHERE =
  'a password does not belong in an inventory; say where it is: { env: NAME }, { file: PATH } or { command: [pass, show, vrrp] }'

const reference = z.strictObject(
  {
    env: z
      .string()
      .regex(/^[A-Za-z_]\w*$/, { error: 'is not the name of an environment variable' })
      .optional()
      .meta({ description: 'An environment variable.' }),
    file: z.string().min(1).optional().meta({ description: 'A file, seen from the inventory.' }),
    command: z
      .array(z.string(), {
        error: 'a command is a list, one word each: [pass, show, vrrp]; no shell reads it',
      })
      .min(1)
      .optional()
      .meta({ description: 'A command, as a list of words; its first line of output.' }),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? WHERE : undefined) },
)

/** Where a secret is to be found; exactly one of the three. */
export type SecretReference =
  { readonly env: string } | { readonly file: string } | { readonly command: readonly string[] }

/** Never a password: the place where it is. */
export const secret = reference
  .refine((value) => Object.values(value).filter((found) => found !== undefined).length === 1, {
    error: 'needs exactly one of env, file and command',
  })
  .transform((value) => value as SecretReference)
  .meta({ description: 'Where the password is: { env }, { file } or { command }. Never itself.' })
