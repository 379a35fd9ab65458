import { z } from 'zod'

import { defineResource } from '../resource.ts'
import { sh } from '../sh/sh.ts'
import { program, programWords } from './program.ts'

export const command = defineResource({
  name: 'command',
  summary: 'A command that is run only until what it makes is there',
  schema: z
    .strictObject({
      argv: programWords.describe('The command, word by word; no shell reads it'),
      unless: programWords
        .optional()
        .describe('A command that only looks; where it succeeds there is nothing to do'),
      creates: z
        .string()
        .regex(/^\/[^\0]*$/, 'must be an absolute path')
        .optional()
        .describe('An absolute path; where it exists there is nothing to do'),
    })
    .refine(
      ({ unless, creates }) => unless !== undefined || creates !== undefined,
      'needs "unless" or "creates", so that a rerun can tell that it is done',
    ),
  id: ({ argv }) => argv.join(' '),
  probe: ({ unless, creates }) => ({
    unless: unless === undefined ? sh`false` : sh`${program(unless)} >/dev/null 2>&1`,
    creates: creates === undefined ? sh`false` : sh`[ -e ${creates} ]`,
  }),
  parse: ({ unless, creates }) => ({ done: unless.exit === 0 || creates.exit === 0 }),
  diff: ({ argv }, is) =>
    is.done ? [] : [{ what: argv.join(' '), before: undefined, after: 'run', run: program(argv) }],
})
