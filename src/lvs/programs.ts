import type { Cluster } from '../inventory/cluster.ts'
import type { Program } from '../inventory/program.ts'

/** Every program that keepalived starts on the routers of this cluster, in the order of its file. */
export const programsOf = ({ vrrp, services }: Cluster): readonly Program[] => [
  ...vrrp.notify.map(({ program }) => program),
  ...services.flatMap(({ checks }) =>
    checks.flatMap((check) => (check.kind === 'misc' ? [check.program] : [])),
  ),
]
