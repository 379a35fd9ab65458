import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import { Secret, type Content, revealed } from '../secret.ts'
import { contents } from '../sh/contents.ts'
import { notFollowed } from '../sh/walk.ts'
import { fileBack, readAround, type FileIs } from './file-back.ts'
import { lookAt, sumOf } from './file-look.ts'
import { hidesChange, maskLike, maskWish } from './mask.ts'
import { programWords } from './program.ts'
import { replaceFile, setAttribute } from './replace-file.ts'
import { sha256 } from './sha256.ts'

const absolutePath = z
  .string()
  .regex(/^(\/(?!\.\.?(\/|$))[^/\0\n]+)+$/, 'must be an absolute path without "//", "." or ".."')

const name = z.string().regex(/^[a-z_][\w.-]*\$?$/i, 'must be the name of a user or group')

// stat leaves leading zeros out, and people may.
const fourDigits = (mode: string): string => mode.padStart(4, '0').slice(-4)

const notKnown = (why: string): AnswerError =>
  new AnswerError(
    why.includes(notFollowed.text)
      ? `${why}. Remove it, or set "follow: true" for this file if it is meant, and run again.`
      : `${why}. See what stands there, and run again.`,
  )

export const file = defineResource({
  name: 'file',
  summary: 'A whole file: content, owner, group and mode',
  schema: z.strictObject({
    path: absolutePath.describe(
      'Absolute path on the host; its directories are made where missing',
    ),
    content: z
      .union([z.string(), z.array(z.union([z.string(), z.instanceof(Secret)]))])
      .transform((content): Content => (typeof content === 'string' ? [content] : content))
      .refine((content) => !revealed(content).includes('\0'), 'must be text: no NUL bytes')
      .describe('The whole text of the file'),
    owner: name.optional().describe('Default: as it is; root for a new file'),
    group: name.optional().describe('Default: as it is; root for a new file'),
    mode: z
      .string()
      .regex(/^0?[0-7]{3,4}$/, 'must be octal digits in quotes: "0644"')
      .transform(fourDigits)
      .optional()
      .describe('Octal, in quotes: "0644". Default: as it is; 0644 for a new file'),
    follow: z
      .boolean()
      .optional()
      .describe(
        'true: a link is followed wherever it stands; default: only where nobody but root can have laid it',
      ),
    validate: programWords
      .optional()
      .describe(
        'Words of a command that must succeed before the file is put in place; %s is the new file',
      ),
    copy: absolutePath
      .optional()
      .describe('Where the text that is replaced is kept, for root alone'),
    places: z
      .record(z.string(), z.string())
      .optional()
      .describe('Where a line of the text comes from, by its number from 1'),
  }),
  id: ({ path }) => path,
  probe: ({ path, follow }) => ({
    stat: lookAt(path, follow),
    sum: sumOf(path, follow),
    text: contents(path, follow),
  }),
  parse: ({ stat, sum, text }, { path }): FileIs => {
    const [found = '', ...facts] = stat.out.split('\n')
    if (found === 'absent') return readAround(facts)
    if (stat.exit !== 0) throw new AnswerError(`cannot look at ${path}: ${stat.err.trim()}`)
    const unknown = (refused: string): FileIs => ({ ...readAround([]), refused })
    if (found.startsWith('refused ')) return unknown(found.slice('refused '.length))
    const [type = '', owner, group, mode = ''] = found.split('/')
    const isFile = type.startsWith('regular')
    if (isFile && text.exit !== 0) return unknown(text.err.trim())
    const held = { owner, group, mode: fourDigits(mode), sum: sum.out.slice(0, 64), text: text.out }
    return { ...readAround(facts), type, ...(isFile && { held }) }
  },
  files: ({ path, content }) => {
    const text = maskWish(content)
    return [{ path, text, ...(text !== revealed(content) && { content }) }]
  },
  diff: (should, { type, held: is, leads, refused }) => {
    const { path, content, owner, group, mode } = should
    if (refused !== undefined) throw notKnown(refused)
    if (is === undefined && type !== undefined) {
      throw new AnswerError(
        `${path} is no regular file (${type}); move it out of the way and run again.`,
      )
    }
    const text = revealed(content)
    const led = leads === undefined ? [] : [`a link leads to ${leads}`]
    const attributes = (
      [
        ['owner', is?.owner, owner],
        ['group', is?.group, group],
        ['mode', is?.mode, mode],
      ] as const
    ).filter(([, before, after]) => after !== undefined && before !== after)
    if (is?.sum !== sha256(text)) {
      const before = is === undefined ? undefined : maskLike(content, is.text)
      const after = maskWish(content)
      const notes = [
        ...led,
        ...(is !== undefined && hidesChange(content, is.text) ? ['the secret in it changes'] : []),
        ...(is === undefined ? [] : attributes).map(
          ([what, was, will]) => `${what} ${was ?? 'unknown'} → ${will ?? ''}`,
        ),
      ]
      return [
        {
          what: path,
          before,
          after,
          text: true,
          ...(should.places !== undefined && { places: should.places }),
          ...(notes.length > 0 && { note: notes.join(', ') }),
          run: replaceFile(should),
        },
      ]
    }
    return attributes.map(([what, before, after]) => ({
      what: `${path}, ${what}`,
      before,
      after,
      ...(leads !== undefined && { note: led.join('') }),
      run: setAttribute(what, after ?? '', { ...should, sum: is.sum }),
    }))
  },
  after: ({ content, owner, group, mode }, { held: is, leads }) => ({
    ...readAround([]),
    leads,
    type: 'regular file',
    held: {
      owner: owner ?? is?.owner ?? 'root',
      group: group ?? is?.group ?? 'root',
      mode: mode ?? is?.mode ?? '0644',
      sum: sha256(revealed(content)),
      // It is only shown, and a later wish may not know what in it was secret.
      text: maskWish(content),
    },
  }),
  retire: {
    keep: ({ path, follow }) => ({ path, content: '', ...(follow === true && { follow }) }),
    wrote: ({ content }) => sha256(revealed(content)),
    there: ({ held }) => held?.sum,
    back: (kept, found) => fileBack(kept, found),
  },
})
