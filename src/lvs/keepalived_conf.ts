import { file } from '../resources/file.ts'
import { keepalivedConfPath, keepalivedConfText } from './keepalived-conf-text.ts'
import type { Task } from './task.ts'

/*
 * The new file is tested by the keepalived that will read it. Before 2.0.7 `-t` is missing, or its exit
 * codes and what it reads were still changing (keepalived#955, ChangeLog 2.0.5 and 2.0.7).
 */
const test = `version=$(keepalived -v 2>&1 | sed -n 's/^Keepalived v\\([0-9.]*\\).*/\\1/p')
case $version in 1.*|2.0.[0-6]) exit 0;; esac
exec keepalived -t -f "$1"`

export const keepalived_conf: Task = {
  name: 'keepalived_conf',
  summary:
    'keepalived.conf on the routers, tested by their own keepalived before it is put in place',
  resources: ({ cluster, host }) => {
    if (host.role !== 'router') return []
    return [
      file.bind({
        path: keepalivedConfPath,
        content: [...keepalivedConfText(cluster, host)],
        owner: 'root',
        group: 'root',
        // It holds the VRRP password.
        mode: '600',
        validate: ['sh', '-c', test, 'keepalived-test', '%s'],
      }),
    ]
  },
}
