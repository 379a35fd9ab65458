import { AnswerError } from '../errors.ts'
import type { Cluster, RealServer, Router } from '../inventory/cluster.ts'
import type { Firewall, Platform } from '../platform.ts'
import { keepalivedUnit } from '../resources/keepalived-unit.ts'
import { packageResource } from '../resources/package.ts'
import { masqueradeRules } from './active-ftp.ts'
import { directVips } from './direct-vips.ts'
import { filterTool } from './filter-tool.ts'
import { marksOf } from './marks.ts'
import type { Task } from './task.ts'

/** What stands in which package, on Debian and on each RHEL. */
const toolPackages = (
  { family, major }: Platform,
  tool: 'arptables' | 'sysctl' | Firewall,
): readonly string[] => {
  const rhel = family === 'rhel' ? (major ?? 0) : 0
  switch (tool) {
    case 'arptables':
      // Each has arptables.service too; of RHEL 9's, that is in the second.
      if (rhel >= 9) return ['iptables-nft', 'iptables-nft-services']
      return [rhel === 8 ? 'iptables-arptables' : 'arptables']
    case 'iptables':
      return [rhel >= 9 ? 'iptables-nft' : 'iptables']
    case 'nftables':
      return ['nftables']
    case 'sysctl':
      return [family === 'rhel' ? 'procps-ng' : 'procps']
    case 'firewalld':
      // Its start closes every port that nobody thought of: whoever wants it starts it.
      return []
  }
}

const ofRouter = (cluster: Cluster, router: Router, platform: Platform): readonly string[] => {
  const tool = filterTool(router, platform)
  const marks = marksOf(cluster).length > 0 || masqueradeRules(cluster, router).length > 0
  const used = tool !== 'firewalld' && marks
  const there = platform.firewall === tool
  return ['keepalived', 'ipvsadm', ...(used && !there ? toolPackages(platform, tool) : [])]
}

const ofRealServer = (
  cluster: Cluster,
  server: RealServer,
  platform: Platform,
): readonly string[] => {
  const vips = directVips(cluster, server)
  const byArp = ['arptables', 'nftables', 'sysctl'].includes(server.arp)
  // An IPv6 address on lo is silent by itself.
  const used = vips.some(({ vip }) => !byArp || vip.family === 4)
  return used ? toolPackages(platform, server.arp) : []
}

export const packages: Task = {
  name: 'packages',
  summary:
    'keepalived and ipvsadm on the routers, on all hosts the tools of their tasks; never upgraded',
  resources: ({ cluster, host, platform }) => {
    const { packageManager, name } = platform
    const names =
      host.role === 'router'
        ? ofRouter(cluster, host, platform)
        : ofRealServer(cluster, host, platform)
    if (names.length === 0) return []
    if (packageManager === undefined) {
      throw new AnswerError(
        `${host.name}: ${name} has none of apt-get, dnf and yum, so ${names.join(' and ')} cannot be installed; install by hand and use a playbook without "packages".`,
      )
    }
    return [
      packageResource.bind({
        manager: packageManager,
        names: [...names],
        // It is started once the routers agree.
        units: host.role === 'router' ? { keepalived: keepalivedUnit } : {},
      }),
    ]
  },
}
