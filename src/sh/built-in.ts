import { sh, type Sh } from './sh.ts'

/** A condition: a module that the kernel has built in, by a pattern of grep(1) for its file. No process where it has no list of them. */
export const builtIn = (pattern: string): Sh =>
  sh`{ read -r release </proc/sys/kernel/osrelease && [ -e "/lib/modules/$release/modules.builtin" ] && grep -qs ${pattern} "/lib/modules/$release/modules.builtin"; }`
