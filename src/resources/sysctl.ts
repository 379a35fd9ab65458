import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import { sh } from '../sh/sh.ts'
import { replaceFile } from './replace-file.ts'
import {
  canonicalKey,
  lastValue,
  procPath,
  settings,
  sysctlFolders,
  words,
} from './sysctl-files.ts'

const nameOf = (key: string): string => `90-lbprov-${key.replaceAll('/', '.')}.conf`
const fileOf = (key: string): string => `/etc/sysctl.d/${nameOf(key)}`

export const sysctl = defineResource({
  name: 'sysctl',
  summary: 'A kernel parameter, live and after a reboot',
  schema: z.strictObject({
    key: z
      .string()
      .regex(/^[a-z]\w*([./][\w:-]+)+$/, 'must be a kernel parameter such as net.ipv4.ip_forward')
      .transform(canonicalKey)
      .describe('net.ipv4.ip_forward; a dot inside an interface name is written as a slash'),
    // Not z.coerce.string(): it would turn null into "null".
    value: z
      .union([z.string().regex(/^[^\0\n]*$/, 'must be one line'), z.number()])
      .transform((value) => words(String(value)))
      .describe('The value; numbers that belong together are separated by blanks'),
    reason: z
      .string()
      .regex(/^[^\0\n]*$/, 'must be one line')
      .optional()
      .describe('Written above the value as a comment'),
  }),
  id: ({ key }) => key,
  probe: ({ key }) => ({
    live: sh`cat ${procPath(key)}`,
    // systemd-sysctl does not read /etc/sysctl.conf itself, only a link to it from here (sysctl.d(5)).
    saved: sh`for file in ${sysctlFolders.map((folder) => sh`${folder}/*.conf`)}; do
[ ! -e "$file" ] || { echo "$file:"; grep -sH '=' "$file"; }; done; :`,
    own: sh`cat ${fileOf(key)} 2>/dev/null || :`,
  }),
  parse: ({ live, saved, own }, { key, value }) => {
    const winner = settings(saved.out, key).at(-1)
    if (winner !== undefined && winner.value !== value && winner.name > nameOf(key)) {
      throw new AnswerError(
        `${winner.path} sets ${key} = ${winner.value} and is read after lbprov's own file, so at the next boot it would win over ${value}; remove that line and run again.`,
      )
    }
    return {
      live: live.exit === 0 ? words(live.out) : undefined,
      saved: own.out,
      savedValue: lastValue(own.out, key),
    }
  },
  diff: ({ key, value, reason }, is) => {
    const text = `${reason === undefined ? '' : `# ${reason}\n`}${key} = ${value}\n`
    return [
      ...(is.live === value
        ? []
        : [
            {
              what: `${key}, live`,
              before: is.live,
              after: value,
              run: sh`printf '%s\n' ${value} > ${procPath(key)}`,
            },
          ]),
      ...(is.saved === text
        ? []
        : [
            {
              what: `${key}, saved`,
              before: is.savedValue === value ? `${value} in other words` : is.savedValue,
              after: value,
              run: replaceFile({
                path: fileOf(key),
                content: [text],
                owner: 'root',
                group: 'root',
                mode: '644',
              }),
            },
          ]),
    ]
  },
})
