import { fileURLToPath } from 'node:url'

import { WishError } from '../errors.ts'
import type { Cluster } from '../inventory/cluster.ts'

const own = 'Give a playbook of your own with --playbook.'

/**
 * The path of the playbook that brings this cluster to life.
 * @throws WishError for what can be checked, and neither rendered nor applied yet
 */
export const shippedPlaybook = ({ forwarding, services }: Cluster): string => {
  const other = services.find((service) => service.forwarding !== 'nat')
  if (forwarding !== 'nat' || other !== undefined) {
    const what =
      other === undefined || forwarding !== 'nat'
        ? `a cluster with "forwarding: ${forwarding}"`
        : `the service ${other.name} with "forwarding: ${other.forwarding}"`
    throw new WishError(
      `lbprov can check ${what}, and neither render nor apply it yet: the shipped playbook is for nat. ${own}`,
    )
  }
  const marked = services.find(({ virtualServers }) =>
    virtualServers.some(({ firewallMark }) => firewallMark !== undefined),
  )
  if (marked !== undefined) {
    throw new WishError(
      `lbprov can check the service ${marked.name} with several ports, and neither render nor apply it yet: the shipped playbook sets no firewall marks. Write one service for each port, or give a playbook of your own with --playbook.`,
    )
  }
  return fileURLToPath(new URL('../../playbooks/nat.yaml', import.meta.url))
}
