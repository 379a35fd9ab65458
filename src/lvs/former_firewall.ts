import { wallSets } from './firewall.ts'
import type { Task } from './task.ts'
import { wallRecords, wishedWall } from './wall.ts'

/** Second stage: every keepalived runs its new file. What left is forgotten last, once it is gone. */
export const former_firewall: Task = {
  name: 'former_firewall',
  summary:
    'What "firewall" kept for a keepalived of the old inventory goes: marks, active FTP and VRRP of before',
  ends: 'firewall',
  resources: (place) => {
    if (place.host.role !== 'router') return []
    const wall = wishedWall(place, place.host)
    return [...wallSets(wall), ...wallRecords(place, wall)]
  },
}
