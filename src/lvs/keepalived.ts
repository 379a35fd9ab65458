import { daemonOf } from './keepalived-daemon.ts'
import type { Task } from './task.ts'

export const keepalived: Task = {
  name: 'keepalived',
  summary:
    'keepalived enabled, running, and running this keepalived.conf, with IPVS as in it; reloaded where it runs',
  resources: (place) => (place.host.role === 'router' ? [daemonOf(place, place.host, 'run')] : []),
}
