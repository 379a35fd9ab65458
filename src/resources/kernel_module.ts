import { z } from 'zod'

import { defineResource } from '../resource.ts'
import { sh } from '../sh/sh.ts'
import { replaceFile } from './replace-file.ts'

const fileOf = (name: string): string => `/etc/modules-load.d/lbprov-${name}.conf`

// The kernel's own lists spell a name with - or with _, as its source file does.
const builtIn = (name: string): string => `/${name.replaceAll('_', '[-_]')}[.]ko`

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
    live: sh`if [ -d /sys/module/${name} ] || grep -qs ${builtIn(name)} /lib/modules/"$(uname -r)"/modules.builtin; then echo loaded; fi`,
    saved: sh`cat ${fileOf(name)} 2>/dev/null || :`,
  }),
  parse: ({ live, saved }) => ({ loaded: live.out.trim() === 'loaded', saved: saved.out }),
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
})
