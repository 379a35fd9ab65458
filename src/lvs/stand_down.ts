import { daemonOf } from './keepalived-daemon.ts'
import type { Task } from './task.ts'

/*
 * Two routers that say different things in VRRP do not hear each other, and both become master. So where what they say
 * changes, those that hold no VIP are stopped, watched, until the one that does has its new file: `keepalived` starts
 * them again, last.
 */
export const stand_down: Task = {
  name: 'stand_down',
  summary:
    'A router without a VIP stops keepalived while what routers say in VRRP changes, so that never two are master',
  resources: (place) =>
    place.host.role === 'router' ? [daemonOf(place, place.host, 'stand_down')] : [],
}
