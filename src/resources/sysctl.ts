import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource, type Change } from '../resource.ts'
import { contents } from '../sh/contents.ts'
import { rootsFolders } from '../sh/roots-folder.ts'
import { sh } from '../sh/sh.ts'
import { editedSince } from './own-files.ts'
import { removeFile, replaceFile } from './replace-file.ts'
import { sha256 } from './sha256.ts'
import {
  canonicalKey,
  lastValue,
  procPath,
  settings,
  sysctlFile,
  sysctlFileName,
  sysctlFolders,
  words,
} from './sysctl-files.ts'

const oneLine = z.string().regex(/^[^\0\n]*$/, 'must be one line')
const canonicalValue = z
  .union([oneLine, z.number()])
  // Not z.coerce.string(): it would turn null into "null".
  .transform((value) => words(String(value)))

export const sysctl = defineResource({
  name: 'sysctl',
  summary: 'A kernel parameter, live and after a reboot',
  schema: z
    .strictObject({
      key: z
        .string()
        .regex(/^[a-z]\w*([./][\w:-]+)+$/, 'must be a kernel parameter such as net.ipv4.ip_forward')
        .transform(canonicalKey)
        .describe('net.ipv4.ip_forward; a dot inside an interface name is written as a slash'),
      value: canonicalValue
        .optional()
        .describe('The value; numbers that belong together are separated by blanks'),
      absent: z
        .strictObject({
          otherwise: canonicalValue.describe('What lives then, where no other file says anything'),
        })
        .optional()
        .describe('In place of a value: the file that lbprov once wrote goes'),
      reason: oneLine.optional().describe('Written above the value as a comment'),
    })
    .refine(({ value, absent }) => value !== undefined || absent !== undefined, 'needs "value"')
    .refine(
      ({ value, absent }) => value === undefined || absent === undefined,
      'takes "value" or "absent", not both',
    ),
  id: ({ key }) => key,
  probe: ({ key }) => ({
    live: contents(procPath(key)),
    // systemd-sysctl does not read /etc/sysctl.conf itself, only a link to it from here (sysctl.d(5)).
    saved: sh`${rootsFolders(sysctlFolders)}
set --; for file in ${sysctlFolders.map((folder) => sh`${folder}/*.conf`)}; do
[ ! -f "$file" ] || { echo "$file:"; set -- "$@" "$file"; }; done
[ $# = 0 ] || grep -sH '=' -- "$@"; :`,
    own: contents(sysctlFile(key)),
  }),
  parse: ({ live, saved, own }, { key, value, absent }) => {
    for (const { exit, err } of [saved, own]) {
      if (exit !== 0)
        throw new AnswerError(`cannot tell what a boot makes of ${key}: ${err.trim()}`)
    }
    const winner = settings(saved.out, key).at(-1)
    if (
      value !== undefined &&
      winner !== undefined &&
      winner.value !== value &&
      winner.name > sysctlFileName(key)
    ) {
      throw new AnswerError(
        `${winner.path} sets ${key} = ${winner.value} and is read after lbprov's own file, so at the next boot it would win over ${value}; remove that line and run again.`,
      )
    }
    const others = settings(saved.out, key, sysctlFile(key)).at(-1)?.value
    return {
      live: live.exit === 0 && live.out !== '' ? words(live.out) : undefined,
      saved: own.out,
      savedValue: lastValue(own.out, key),
      withoutOurs: others ?? absent?.otherwise,
    }
  },
  diff: (should, is) => {
    const { key, value } = should
    if (value === undefined) return is.saved === '' ? [] : taken(key, is)
    const text = textOf(should)
    return [
      ...(is.live === value ? [] : [setLive(key, is.live, value)]),
      ...(is.saved === text
        ? []
        : [
            {
              what: `${key}, saved`,
              before: is.savedValue === value ? `${value} in other words` : is.savedValue,
              after: value,
              run: replaceFile({
                path: sysctlFile(key),
                content: [text],
                owner: 'root',
                group: 'root',
                mode: '644',
              }),
            },
          ]),
    ]
  },
  after: (should, is) => {
    const { key, value } = should
    if (value !== undefined) {
      const text = textOf(should)
      return { ...is, live: value, saved: text, savedValue: lastValue(text, key) }
    }
    if (is.saved === '') return is
    const live = is.live === undefined ? undefined : (is.withoutOurs ?? is.live)
    return { ...is, live, saved: '', savedValue: undefined }
  },
  retire: {
    // What a boot would make of it does not matter: it gets back what it had.
    keep: ({ key }) => ({ key, absent: { otherwise: '' } }),
    wrote: (should) => sha256(textOf(should)),
    back: ({ key }, { before, is, wrote }) => {
      if (is.saved === '') return { changes: backLive(key, before, is), left: [] }
      const left = editedSince(sysctlFile(key), is.saved, before.saved, wrote)
      // Whoever edited the file wants what lives now.
      if (left.length > 0) return { changes: [], left }
      return { changes: [...backLive(key, before, is), fileGone(key, is.savedValue)], left }
    },
  },
})

/** Nothing for a wish without a value. */
const textOf = ({ key, value, reason }: Wish): string =>
  value === undefined ? '' : `${reason === undefined ? '' : `# ${reason}\n`}${key} = ${value}\n`

interface Wish {
  readonly key: string
  readonly value?: string | undefined
  readonly reason?: string | undefined
}

interface Found {
  /** undefined: the kernel does not have it now. */
  readonly live: string | undefined
  readonly saved: string
  readonly savedValue: string | undefined
  /** What a boot without our file would make of it; undefined: nothing is known of that. */
  readonly withoutOurs: string | undefined
}

const setLive = (key: string, before: string | undefined, after: string): Change => ({
  what: `${key}, live`,
  before,
  after,
  run: sh`printf '%s\n' ${after} > ${procPath(key)}`,
})

/** Our file last: as long as it is there, the next run knows that the live value was ours. */
const taken = (key: string, { live, savedValue, withoutOurs }: Found): readonly Change[] => [
  ...(live === undefined || withoutOurs === undefined || live === withoutOurs
    ? []
    : [setLive(key, live, withoutOurs)]),
  fileGone(key, savedValue),
]

const fileGone = (key: string, savedValue: string | undefined): Change => ({
  what: `${key}, saved`,
  before: savedValue ?? 'in other words',
  after: undefined,
  run: removeFile(sysctlFile(key)),
})

/**
 * Nothing where a module brought the parameter, or took it along: what it would be by itself is not known. Nor where
 * our file was there before, for then what lived was ours as well.
 */
const backLive = (key: string, before: Found, { live }: Found): readonly Change[] =>
  before.live === undefined || before.saved !== '' || live === undefined || live === before.live
    ? []
    : [setLive(key, live, before.live)]
