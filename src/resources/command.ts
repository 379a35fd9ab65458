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
      undo: programWords
        .optional()
        .describe(
          'What takes it back, where it may cut the connection: the host itself runs it unless lbprov gets through again',
        ),
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
  diff: ({ argv, undo }, is) => {
    if (is.done) return []
    const change = { what: argv.join(' '), before: undefined, after: 'run', run: program(argv) }
    return [undo === undefined ? change : { ...change, severs: true, undo: program(undo) }]
  },
  retire: {
    keep: (should) => should,
    back: ({ argv, undo }, { before, is }) => {
      const what = argv.join(' ')
      if (before.done || !is.done) return { changes: [], left: [] }
      if (undo !== undefined) {
        const taken = { what, before: 'run', after: undefined, run: program(undo) }
        return { changes: [{ ...taken, severs: true, undo: program(argv) }], left: [] }
      }
      return {
        changes: [],
        left: [
          `"${what}" was run by lbprov, which does not know what it did, so that stays; undo it by hand where it is not needed.`,
        ],
      }
    },
  },
})
