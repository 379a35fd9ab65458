import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import { Secret, type Content, revealed } from '../secret.ts'
import { sh, type Sh } from '../sh/sh.ts'
import { maskLike, maskWish } from './mask.ts'
import { programWords } from './program.ts'
import { replaceFile } from './replace-file.ts'
import { sha256 } from './sha256.ts'

const absolutePath = z
  .string()
  .regex(/^(\/(?!\.\.?(\/|$))[^/\0\n]+)+$/, 'must be an absolute path without "//", "." or ".."')

const name = z.string().regex(/^[a-z_][\w.-]*\$?$/i, 'must be the name of a user or group')

// stat leaves leading zeros out, and people may.
const fourDigits = (mode: string): string => mode.padStart(4, '0').slice(-4)

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
    validate: programWords
      .optional()
      .describe(
        'Words of a command that must succeed before the file is put in place; %s is the new file',
      ),
  }),
  id: ({ path }) => path,
  probe: ({ path }) => ({
    // A symbolic link is followed: what it points to is the file.
    stat: sh`[ -e ${path} ] || { echo absent; exit; }; stat -L -c '%F/%U/%G/%a' ${path}`,
    sum: sh`[ -f ${path} ] && sha256sum < ${path} || :`,
    text: sh`[ -f ${path} ] && cat ${path} || :`,
  }),
  parse: ({ stat, sum, text }, { path }) => {
    const found = stat.out.trim()
    if (found === 'absent') return undefined
    const [type, owner, group, mode = ''] = found.split('/')
    if (stat.exit !== 0 || type?.startsWith('regular') !== true) {
      throw new AnswerError(
        `${path} is no regular file (${type ?? stat.err.trim()}); move it out of the way and run again.`,
      )
    }
    return { owner, group, mode: fourDigits(mode), sum: sum.out.slice(0, 64), text: text.out }
  },
  files: ({ path, content }) => [{ path, text: maskWish(content) }],
  diff: (should, is) => {
    const { path, content, owner, group, mode } = should
    const text = revealed(content)
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
        ...(before === after ? ['the secret in it changes'] : []),
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
          ...(notes.length > 0 && { note: notes.join(', ') }),
          run: replaceFile(should),
        },
      ]
    }
    return attributes.map(([what, before, after]) => ({
      what: `${path}, ${what}`,
      before,
      after,
      run: setAttribute(what, path, after ?? ''),
    }))
  },
})

const commands = { owner: sh`chown`, group: sh`chgrp`, mode: sh`chmod` }

const setAttribute = (what: keyof typeof commands, path: string, value: string): Sh =>
  sh`${commands[what]} -- ${value} ${path}`
