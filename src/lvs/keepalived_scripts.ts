import { file } from '../resources/file.ts'
import { programsOf } from './programs.ts'
import type { Task } from './task.ts'

/** A new script needs no reload: keepalived opens it anew whenever it runs it. */
export const keepalived_scripts: Task = {
  name: 'keepalived_scripts',
  summary:
    'The scripts that keepalived runs (notify, misc checks) on the routers, ahead of its file',
  resources: ({ cluster, host }) => {
    if (host.role !== 'router') return []
    // Several programs may be one script with different arguments.
    const scripts = new Map(
      programsOf(cluster).flatMap(({ shipped, words: [path = ''] }) =>
        shipped === undefined ? [] : [[path, shipped] as const],
      ),
    )
    return [...scripts].map(([path, content]) =>
      // keepalived's script security runs nothing as root that others could write.
      file.bind({ path, content, owner: 'root', group: 'root', mode: '755' }),
    )
  },
}
