import { revealed } from '../secret.ts'
import { service } from '../resources/service.ts'
import { sha256 } from '../resources/sha256.ts'
import { keepalivedConfPath, keepalivedConfText } from './keepalived-conf-text.ts'
import type { Task } from './task.ts'

export const keepalived: Task = {
  name: 'keepalived',
  summary:
    'keepalived enabled, running, and running this keepalived.conf; reloaded, never restarted',
  resources: ({ cluster, host }) => {
    if (host.role !== 'router') return []
    const sum = sha256(revealed(keepalivedConfText(cluster, host)))
    return [
      service.bind({ name: 'keepalived', loads: [{ path: keepalivedConfPath, sha256: sum }] }),
    ]
  },
}
