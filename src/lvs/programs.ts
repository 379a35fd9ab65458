import type { Cluster } from '../inventory/cluster.ts'
import type { Program } from '../inventory/program.ts'

/** Every program that keepalived starts on the routers of this cluster, in the order of its file. */
export const programsOf = ({ vrrp, services }: Cluster): readonly Program[] => [
  ...vrrp.notify.map(({ program }) => program),
  ...services.flatMap(({ checks }) =>
    checks.flatMap((check) => (check.kind === 'misc' ? [check.program] : [])),
  ),
]

const STARTS = /^\s*(?:notify\w*|quorum_(?:up|down)|script|misc_path|(?:startup|shutdown)_script)\s/

/** Whether lines of the operator's own start programs too; what they are is keepalived's to find. */
export const hasOwnPrograms = ({ globalDefs, services }: Cluster): boolean =>
  [globalDefs.extraGlobalDefs, globalDefs.extra, ...services.map(({ extra }) => extra)].some(
    (lines) => lines.some(({ text }) => STARTS.test(text)),
  )
