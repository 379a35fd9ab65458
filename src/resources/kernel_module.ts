import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import { Secret } from '../secret.ts'
import { builtIn } from '../sh/built-in.ts'
import { contents } from '../sh/contents.ts'
import { lines, sh, type Sh } from '../sh/sh.ts'
import { removeFile, replaceFile } from './replace-file.ts'

const fileOf = (name: string): string => `/etc/modules-load.d/lbprov-${name}.conf`

// The kernel's own lists spell a name with - or with _, as its source file does.
const fileWords = (name: string): string => `/${name.replaceAll('_', '[-_]')}[.]ko`

interface ModuleIs {
  readonly loaded: boolean
  readonly saved: string
  /** Every module that is loaded. */
  readonly all: readonly string[]
}

/** Seconds. A kernel that still has packets of a module waits for them, and nothing stops it from waiting. */
const longestUnload = 10

/** With what it brought along, the last first. What something uses, or was there before, stays. */
const unload = (name: string, before: readonly string[]): Sh => sh`unload() {
  unloading=$(modprobe -r -q -- "$1" </dev/null >/dev/null 2>&1 & echo $!)
  timeout ${longestUnload} sh -c 'while kill -0 "$1" 2>/dev/null; do sleep 0.1; done' - "$unloading"
}
brought=
for path in $(modprobe --show-depends -- ${name} 2>/dev/null | sed -n 's/^insmod //p'); do
  each=\${path##*/}; each=$(echo "\${each%%.ko*}" | tr - _); brought="$each $brought"
done
for each in \${brought:-${name}}; do
  case ${` ${before.join(' ')} `} in *" $each "*) ;; *) unload "$each" ;; esac
done; :`

export const kernel_module = defineResource({
  name: 'kernel_module',
  summary: 'A kernel module, loaded now and at every boot',
  schema: z.strictObject({
    name: z
      .string()
      .regex(/^\w+$/, 'must be the name of a kernel module, with _ for -')
      .describe('ip_vs, ip_vs_ftp, …'),
  }),
  id: ({ name }) => name,
  probe: ({ name }) => ({
    // A module that is built in may have no directory in /sys, but then the kernel's list names it.
    live: sh`if [ -d /sys/module/${name} ] || ${builtIn(fileWords(name))}; then echo loaded; fi`,
    saved: contents(fileOf(name)),
    // The same question for every module. A kernel without modules has no such list.
    all: contents('/proc/modules'),
  }),
  parse: ({ live, saved, all }, { name }): ModuleIs => {
    if (saved.exit !== 0) throw new AnswerError(`cannot read ${fileOf(name)}: ${saved.err.trim()}`)
    return {
      loaded: live.out.trim() === 'loaded',
      saved: saved.out,
      all: all.out.split('\n').flatMap((line) => /^(\w+)(?: |$)/.exec(line)?.[1] ?? []),
    }
  },
  diff: ({ name }, is) => [
    ...(is.loaded
      ? []
      : [
          {
            what: `module ${name}, live`,
            before: undefined,
            after: 'loaded',
            run: sh`modprobe -- ${name}`,
          },
        ]),
    ...(is.saved === `${name}\n`
      ? []
      : [
          {
            what: `module ${name}, saved`,
            before: is.saved === '' ? undefined : 'in other words',
            after: 'loaded at boot',
            run: replaceFile({ path: fileOf(name), content: [`${name}\n`], mode: '644' }),
          },
        ]),
  ],
  retire: {
    keep: (should) => should,
    // Whether it is loaded is not looked at: one that is in use stays until the reboot, and that is well.
    back: ({ name }, { before, is }) => {
      if (is.saved === before.saved) return { changes: [], left: [] }
      const path = fileOf(name)
      if (is.saved !== `${name}\n`) {
        return {
          changes: [],
          left: [
            `${path} was edited since lbprov wrote it, so it is left as it is; delete it by hand if ${name} need not be loaded at boot.`,
          ],
        }
      }
      return {
        changes: [
          {
            what: `module ${name}, saved`,
            before: 'loaded at boot',
            after: before.saved === '' ? undefined : 'as it was found',
            ...(before.loaded ? {} : { note: 'it is unloaded now too, unless something uses it' }),
            run: lines(
              before.saved === ''
                ? removeFile(path)
                : replaceFile({ path, content: [new Secret(before.saved)] }),
              before.loaded ? sh`:` : unload(name, before.all),
            ),
          },
        ],
        left: [],
      }
    },
  },
})
