import { fileURLToPath } from 'node:url'

import { WishError } from '../errors.ts'
import type { Cluster } from '../inventory/cluster.ts'

/** What there is no shipped playbook for yet: what it is, and why. */
const lacking = ({ forwarding, services }: Cluster): readonly [string, string] | undefined => {
  const onlyNat = 'the shipped playbook is for nat. Give'
  if (forwarding !== 'nat') return [`a cluster with "forwarding: ${forwarding}"`, onlyNat]
  const other = services.find((service) => service.forwarding !== 'nat')
  if (other !== undefined) {
    return [`the service ${other.name} with "forwarding: ${other.forwarding}"`, onlyNat]
  }
  const marked = services.find(({ virtualServers }) =>
    virtualServers.some(({ firewallMark }) => firewallMark !== undefined),
  )
  if (marked === undefined) return undefined
  return [
    `the service ${marked.name} with several ports`,
    'the shipped playbook sets no firewall marks. Write one service for each port, or give',
  ]
}

/**
 * The path of the playbook that brings this cluster to life.
 * @throws WishError for what can be checked, and neither rendered nor applied yet
 */
export const shippedPlaybook = (cluster: Cluster): string => {
  const found = lacking(cluster)
  if (found !== undefined) {
    const [what, why] = found
    throw new WishError(
      `lbprov can check ${what}, and neither render nor apply it yet: ${why} a playbook of your own with --playbook.`,
    )
  }
  return fileURLToPath(new URL('../../playbooks/nat.yaml', import.meta.url))
}
