import { vipsRecord, wishedVips } from './remembered-vips.ts'
import type { Task } from './task.ts'
import { vipSets } from './vips.ts'

/** Second stage: no router sends what has left any more. It is forgotten last, once it is gone. */
export const former_vips: Task = {
  name: 'former_vips',
  summary: 'What "vips" kept for the routers until they knew better goes: the VIPs that have left',
  ends: 'vips',
  resources: (place) => {
    const { host } = place
    if (host.role !== 'real_server') return []
    const { vips, record } = wishedVips(place, host)
    return [...vipSets(place, host, vips), ...vipsRecord.wish(place, record)]
  },
}
