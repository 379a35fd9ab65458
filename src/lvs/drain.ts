import { ipvs_drain } from '../resources/ipvs_drain.ts'
import { keepalivedConfPath } from './keepalived-conf-text.ts'
import { pooled } from './pool-servers.ts'
import type { Task } from './task.ts'

export const drain: Task = {
  name: 'drain',
  summary: 'Real servers that leave get no new connections, and time to end those they have',
  resources: ({ cluster, host }) =>
    host.role === 'router'
      ? [
          ipvs_drain.bind({
            conf: keepalivedConfPath,
            keep: pooled(cluster).map(({ at, member: { address, port } }) => ({
              at,
              reals: [{ address, port }],
            })),
            vips: cluster.vips.map(({ address }) => address),
            timeoutSeconds: cluster.drain.timeoutSeconds,
            // Whoever says so himself knows why clients must come back.
            endPersistence: cluster.kernel.expireQuiescentTemplate !== false,
          }),
        ]
      : [],
}
