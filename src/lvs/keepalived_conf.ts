import { file } from '../resources/file.ts'
import { formerConf } from '../resources/keepalived-load.ts'
import { drainedRecord } from './drained.ts'
import {
  keepalivedConfPath,
  keepalivedConfPlaces,
  keepalivedConfText,
} from './keepalived-conf-text.ts'
import { asAdopted, daemonOf } from './keepalived-daemon.ts'
import { keepalivedTest } from './keepalived-test.ts'
import { programsOf } from './programs.ts'
import type { Task } from './task.ts'

export const keepalived_conf: Task = {
  name: 'keepalived_conf',
  summary:
    'keepalived.conf on the routers, tested by their own keepalived before it is put in place',
  resources: (place) => {
    const { cluster, host } = place
    if (host.role !== 'router') return []
    const programs = new Set(programsOf(cluster).flatMap(({ words: [path] }) => path ?? []))
    return [
      // A weight of 0 that nobody remembers would be there for no reason.
      ...drainedRecord(place),
      daemonOf(place, host, 'look'),
      asAdopted(
        cluster,
        file.bind({
          path: keepalivedConfPath,
          content: [...keepalivedConfText(cluster, host)],
          owner: 'root',
          group: 'root',
          // It holds the VRRP password.
          mode: '600',
          validate: ['sh', '-c', keepalivedTest, 'keepalived-test', '%s', ...programs],
          // Where a reload fails, the daemon goes back to it (E26).
          copy: formerConf,
          places: keepalivedConfPlaces(cluster, host),
        }),
      ),
    ]
  },
}
