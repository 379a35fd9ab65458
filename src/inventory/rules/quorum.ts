import { each } from './services.ts'
import type { Complaint, Rule } from './rule.ts'

/** Hysteresis is about a quorum, and smaller (keepalived.conf(5)). */
export const hysteresis = each(({ quorum, hysteresis: margin }): readonly Complaint[] => {
  if (margin === undefined || (quorum !== undefined && margin < quorum)) return []
  const message =
    quorum === undefined
      ? 'needs "quorum" beside it; it says by how much that must be passed'
      : `${String(margin)} is not smaller than the quorum, ${String(quorum)}; every weight could go without the service going down, so take less`
  return [{ path: ['hysteresis'], message }]
})

/** The real servers of each VIP weigh enough for the quorum that comes up only at quorum and hysteresis together. */
export const reachableQuorum: Rule = ({ cluster }) =>
  cluster.services.flatMap(({ name, quorum, hysteresis: margin = 0, virtualServers }) => {
    if (quorum === undefined) return []
    return virtualServers.flatMap(({ vip, pool }): readonly Complaint[] => {
      const sum = pool.reduce((total, { weight }) => total + weight, 0)
      if (sum >= quorum + margin) return []
      const needed = margin === 0 ? '' : ` and hysteresis ${String(margin)}`
      const message = `quorum ${String(quorum)}${needed} would never be reached at VIP "${vip.name}": the weights there add up to ${String(sum)}; lower the quorum, or add real servers`
      return [{ path: ['services', name, 'quorum'], message }]
    })
  })
