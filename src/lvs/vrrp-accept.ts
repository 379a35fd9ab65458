import type { Cluster, Router } from '../inventory/cluster.ts'
import type { Family } from '../inventory/network.ts'
import type { Platform } from '../platform.ts'
import type { FilterRule } from './filter-rules.ts'

/** The families in which the routers speak VRRP with each other. */
export const vrrpFamilies = ({ vrrp }: Cluster): readonly Family[] =>
  [...new Set(vrrp.instances.map(({ family }) => family))].sort()

/**
 * A closed firewall would make both routers masters (E23): adverts come in before any other rule. Where
 * nothing is kept out nothing is let in: a table that is not there costs no packet any time.
 */
export const vrrpRules = (cluster: Cluster, { filtered }: Platform): readonly FilterRule[] =>
  (filtered ? vrrpFamilies(cluster) : []).map((family) => ({
    family,
    table: 'filter',
    chain: 'INPUT',
    // By its number: a host without /etc/protocols does not know the name.
    match: ['-p', '112'],
    target: ['-j', 'ACCEPT'],
    first: true,
  }))

/** The cards on which this router speaks VRRP, for a tool that knows cards by their zones. */
export const vrrpCards = (
  { vrrp }: Cluster,
  router: Router,
): readonly { readonly family: Family; readonly device: string }[] =>
  vrrp.instances.flatMap(({ family, network }) =>
    router.interfaces
      .filter((card) => card.enabled && card.network === network)
      .map(({ device }) => ({ family, device })),
  )
