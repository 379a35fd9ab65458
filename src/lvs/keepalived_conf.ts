import { file } from '../resources/file.ts'
import { keepalivedConfPath, keepalivedConfText } from './keepalived-conf-text.ts'
import { programsOf } from './programs.ts'
import type { Task } from './task.ts'

/*
 * The new file is tested by the keepalived that will read it. Before 2.0.7 `-t` is missing, or its exit
 * codes and what it reads were still changing (keepalived#955, ChangeLog 2.0.5 and 2.0.7). That of 2.2.7 ends
 * itself when a script runs as another user than root, which only an operator's own lines say (keepalived#2617).
 * No `-t` complains of programs that are missing: keepalived goes without them, and says so only in its log.
 */
const test = `new=$1; shift
for program do
  [ -f "$program" ] && [ -x "$program" ] && continue
  echo "$program is no program here, and keepalived would go without it; install it, or have lbprov ship it as a script." >&2
  exit 1
done
version=$(keepalived -v 2>&1 | sed -n 's/^Keepalived v\\([0-9.]*\\).*/\\1/p')
case $version in 1.*|2.0.[0-6]) exit 0;; esac
keepalived -t -f "$new" && exit
code=$?
if [ "$code $version" = '143 2.2.7' ]; then
  echo 'keepalived 2.2.7 cannot test a file whose scripts run as another user than root; leave script_user out, or install 2.2.8 or newer.' >&2
fi
exit $code`

export const keepalived_conf: Task = {
  name: 'keepalived_conf',
  summary:
    'keepalived.conf on the routers, tested by their own keepalived before it is put in place',
  resources: ({ cluster, host }) => {
    if (host.role !== 'router') return []
    const programs = new Set(programsOf(cluster).flatMap(({ words: [path] }) => path ?? []))
    return [
      file.bind({
        path: keepalivedConfPath,
        content: [...keepalivedConfText(cluster, host)],
        owner: 'root',
        group: 'root',
        // It holds the VRRP password.
        mode: '600',
        validate: ['sh', '-c', test, 'keepalived-test', '%s', ...programs],
      }),
    ]
  },
}
