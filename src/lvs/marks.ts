import type { Cluster } from '../inventory/cluster.ts'
import type { Family, Protocol, Vip } from '../inventory/network.ts'
import type { PortRange } from '../inventory/service.ts'
import { alone, type FilterRule } from './filter-rules.ts'
import { nftPorts, portMatches } from './port-words.ts'

/** The packets that a router marks before IPVS sees them: a service of several ports is one mark to IPVS. */
export interface Mark {
  readonly vip: Vip
  readonly protocol: Protocol
  readonly ports: readonly PortRange[]
  readonly mark: number
  /**
   * ip_vs_ftp finds the data connections of PASV through conntrack, and the kernel tracks nothing before
   * somebody asks: IPVS itself asks for a virtual server of port 21, and never for a mark.
   */
  readonly tracked: boolean
}

export const marksOf = ({ services }: Cluster): readonly Mark[] =>
  services.flatMap(({ protocol, ports, ftp, virtualServers }) =>
    virtualServers.flatMap(({ vip, firewallMark, pool }) => {
      const tracked = ftp !== undefined && pool.some(({ forwarding }) => forwarding === 'nat')
      return firewallMark === undefined
        ? []
        : [{ vip, protocol, ports, mark: firewallMark, tracked }]
    }),
  )

const hex = (mark: number): string => `0x${mark.toString(16)}`

/** Load Balancer Administration (RHEL 7) 3.4, 3.5: mangle PREROUTING. */
export const markRules = (marks: readonly Mark[]): readonly FilterRule[] =>
  marks.flatMap(({ vip, protocol, ports, mark, tracked }) =>
    portMatches(protocol, ports).map((match) => ({
      family: vip.family,
      table: 'mangle' as const,
      chain: 'PREROUTING',
      match: [
        ...['-d', alone(vip), ...match],
        ...(tracked ? ['-m', 'conntrack', '!', '--ctstate', 'INVALID'] : []),
      ],
      target: ['-j', 'MARK', '--set-xmark', `${hex(mark)}/0xffffffff`],
    })),
  )

/** The same for nft, of one family. */
export const nftMarkRules = (marks: readonly Mark[], family: Family): readonly string[] =>
  marks
    .filter(({ vip }) => vip.family === family)
    .map(
      ({ vip, protocol, ports, mark, tracked }) =>
        `${family === 4 ? 'ip' : 'ip6'} daddr ${vip.address} ${nftPorts(protocol, ports)} ${tracked ? 'ct state != invalid ' : ''}meta mark set ${hex(mark)}`,
    )
