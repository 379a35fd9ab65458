import type { Plan } from '../engine/plan.ts'
import { isRecord } from '../lvs/records.ts'

/** Hosts on which a plan changes more than what lbprov remembers there for itself. */
export const pendingOn = ({ phases }: Plan): readonly string[] => [
  ...new Set(
    phases.flatMap(({ hosts }) =>
      hosts
        .filter(({ changes }) => changes.some(({ resource }) => !isRecord(resource)))
        .map(({ host }) => host),
    ),
  ),
]
