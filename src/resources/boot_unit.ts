import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import { lines, sh } from '../sh/sh.ts'
import { enableUnit } from './enable-unit.ts'
import { replaceFile } from './replace-file.ts'
import { bootUnitText } from './unit-text.ts'

const fileOf = (name: string): string => `/etc/systemd/system/${name}`

const unitName = z.string().regex(
  // \x2d: a dash that is no slash (systemd-escape(1)).
  /^[\w@:](?:[\w@.:-]|\\x[\da-f]{2})*\.(service|target|mount|socket|path|timer|slice|device)$/,
  'must be the name of a systemd unit with its ending',
)
const unitNames = z.array(unitName).readonly().default([])
const word = z.string().regex(/^[^\p{Cc}]*$/u, 'must be one word without control characters')
const words = z
  .tuple([z.string().regex(/^\/[\w./+-]+$/, 'must be the absolute path of a program')], word)
  .readonly()

export const boot_unit = defineResource({
  name: 'boot_unit',
  summary: 'A systemd unit that runs commands at every boot; lbprov itself never starts it',
  schema: z.strictObject({
    name: z.string().regex(/^[\w-]+\.service$/, 'must be a name such as lbprov-vips.service'),
    description: z.string().regex(/^[^\p{Cc}]*[^\p{Cc}\\]$/u, 'must be one line'),
    after: unitNames,
    requires: unitNames,
    wants: unitNames,
    before: unitNames,
    commands: z
      .array(
        z.strictObject({
          words,
          mayFail: z.boolean().default(false),
        }),
      )
      .readonly()
      .describe(
        'In order; the first that fails stops the rest, unless it may fail. None: the unit goes',
      ),
    undo: z.array(words).readonly().default([]).describe('Run when it stops, at a shutdown too'),
  }),
  id: ({ name }) => name,
  probe: ({ name }) => ({
    text: sh`[ ! -f ${fileOf(name)} ] || cat ${fileOf(name)}`,
    // What it prints says it all: with its exit code it tells several states from enabled.
    enabled: sh`systemctl is-enabled ${name} 2>/dev/null || :`,
  }),
  parse: ({ text, enabled }, { name, commands }) => {
    if (text.exit !== 0) throw new AnswerError(`cannot read ${fileOf(name)}: ${text.err.trim()}`)
    const state = enabled.out.trim()
    if (state.startsWith('masked') && commands.length > 0) {
      throw new AnswerError(
        `${name} is masked, so it would not run at boot; run "systemctl unmask ${name}" there if that is no longer meant, and run again.`,
      )
    }
    return { text: text.out === '' ? undefined : text.out, enabled: state === 'enabled' }
  },
  files: (should) =>
    should.commands.length === 0 ? [] : [{ path: fileOf(should.name), text: bootUnitText(should) }],
  diff: (should, is) => {
    const { name, commands } = should
    const path = fileOf(name)
    if (commands.length === 0) {
      return [
        ...(is.enabled
          ? [
              {
                what: `${name}, saved`,
                before: 'enabled',
                after: undefined,
                run: sh`systemctl -q disable ${name}`,
              },
            ]
          : []),
        ...(is.text === undefined
          ? []
          : [
              {
                what: path,
                before: is.text,
                after: undefined,
                text: true as const,
                run: lines(sh`set -e`, sh`rm -f -- ${path}`, sh`systemctl daemon-reload`),
              },
            ]),
      ]
    }
    const text = bootUnitText(should)
    return [
      ...(is.text === text
        ? []
        : [
            {
              what: path,
              before: is.text,
              after: text,
              text: true as const,
              run: lines(
                replaceFile({ path, content: [text], owner: 'root', group: 'root', mode: '644' }),
                sh`systemctl daemon-reload`,
              ),
            },
          ]),
      ...enableUnit(name, is.enabled),
    ]
  },
})
