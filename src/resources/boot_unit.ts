import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource, type Change } from '../resource.ts'
import { contents } from '../sh/contents.ts'
import { lines, sh, type Sh } from '../sh/sh.ts'
import { enableUnit } from './enable-unit.ts'
import { editedSince } from './own-files.ts'
import { removeFile, replaceFile } from './replace-file.ts'
import { sha256 } from './sha256.ts'
import { bootUnitText, isOurs, type BootUnit } from './unit-text.ts'

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
    text: contents(fileOf(name)),
    // What it prints says it all: with its exit code it tells several states from enabled.
    enabled: sh`[ ! -e ${fileOf(name)} ] || systemctl is-enabled ${name} 2>/dev/null || :`,
  }),
  parse: ({ text, enabled }, { name, commands }): Unit => {
    const state = enabled.out.trim()
    const isMasked = state.startsWith('masked')
    // A mask is a link to a device.
    if (text.exit !== 0 && !isMasked) {
      throw new AnswerError(`cannot read ${fileOf(name)}: ${text.err.trim()}`)
    }
    if (isMasked && commands.length > 0) {
      throw new AnswerError(
        `${name} is masked, so it would not run at boot; run "systemctl unmask ${name}" there if that is no longer meant, and run again.`,
      )
    }
    return { text: text.out === '' ? undefined : text.out, enabled: state === 'enabled' }
  },
  files: (should) =>
    should.commands.length === 0 ? [] : [{ path: fileOf(should.name), text: bootUnitText(should) }],
  diff: (should, is) => changesTo(should.name, wished(should), is),
  after: (should) => wished(should),
  retire: {
    keep: ({ name, description }) => ({ name, description, commands: [] }),
    wrote: (should) => sha256(wished(should).text ?? ''),
    back: ({ name }, { before, is, wrote }) => {
      const left = editedSince(fileOf(name), is.text, before.text, wrote)
      // What an lbprov without a manifest wrote is as much ours.
      const was = before.text !== undefined && isOurs(before.text) ? nothing : before
      return {
        changes: left.length > 0 ? [] : changesTo(name, was, is),
        left,
      }
    },
  },
})

interface Unit {
  readonly text?: string | undefined
  readonly enabled: boolean
}

const nothing: Unit = { enabled: false }

const wished = (should: BootUnit): Unit =>
  should.commands.length === 0 ? nothing : { text: bootUnitText(should), enabled: true }

/** It starts at boot no more before it goes, and only once it is there. */
const changesTo = (name: string, target: Unit, is: Unit): readonly Change[] => [
  ...(is.enabled && !target.enabled
    ? [
        {
          what: `${name}, saved`,
          before: 'enabled',
          after: undefined,
          run: sh`systemctl -q disable ${name}`,
        },
      ]
    : []),
  ...(is.text === target.text
    ? []
    : [
        {
          what: fileOf(name),
          before: is.text,
          after: target.text,
          text: true as const,
          run: target.text === undefined ? remove(name) : write(name, target.text),
        },
      ]),
  ...enableUnit(name, is.enabled || !target.enabled),
]

const write = (name: string, text: string): Sh =>
  lines(
    replaceFile({ path: fileOf(name), content: [text], owner: 'root', group: 'root', mode: '644' }),
    sh`systemctl daemon-reload`,
  )

/** A boot has left it "active"; once systemd has no file of it, to stop it runs nothing and ends only that. */
const remove = (name: string): Sh =>
  lines(
    removeFile(fileOf(name)),
    sh`systemctl daemon-reload`,
    sh`systemctl -q stop ${name} 2>/dev/null || :`,
  )
