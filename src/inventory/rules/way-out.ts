import { familyOf } from '../address.ts'
import { endsOf } from '../cluster.ts'
import type { Complaint, Rule } from './rule.ts'

/**
 * Who answers as the VIP itself does not answer through the router that has it: a kernel drops what comes in from
 * an address of its own. Routes beside the default one, which lbprov does not know, may lead elsewhere: a warning.
 */
export const directWayOut: Rule = ({ cluster }) =>
  cluster.realServers.flatMap((host) => {
    const { name, interfaces } = host
    const ends = endsOf(cluster, host)
    if (ends.length === 0) return []
    const served = new Set(ends.map(({ server }) => server.vip.family))
    return interfaces.flatMap(({ device, gateways }): readonly Complaint[] => {
      const through = cluster.vips.find(
        ({ address }) => gateways.includes(address) && served.has(familyOf(address) ?? 4),
      )
      if (through === undefined) return []
      const message = `${name} answers as the VIP itself (direct, tunnel), and its way out is the VIP "${through.name}": the active router drops what comes from an address of its own; give this card a gateway outside the cluster`
      return [{ path: ['real_servers', name, 'interfaces', device], message, warning: true }]
    })
  })
