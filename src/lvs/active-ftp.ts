import { isWithin, showSubnet } from '../inventory/address.ts'
import type { Cluster, Router } from '../inventory/cluster.ts'
import type { Address, Family } from '../inventory/network.ts'
import type { FilterRule } from './filter-rules.ts'
import { natServers } from './nat-servers.ts'

/** Data connections that real servers open from port 20, which leave with this router's public address. */
export interface ActiveFtp {
  readonly subnet: Address
  readonly device: string
}

/** Each rule once. */
export const eachFtp = (found: readonly ActiveFtp[]): readonly ActiveFtp[] => {
  const key = ({ subnet, device }: ActiveFtp): string => `${showSubnet(subnet)} ${device}`
  return [...new Map(found.map((each) => [key(each), each])).values()]
}

/** Only what leaves by the clients' card: between the cluster's own networks nothing is rewritten (E18). */
export const activeFtp = (cluster: Cluster, router: Router): readonly ActiveFtp[] => {
  const found = natServers(cluster)
    .filter(({ service }) => service.ftp?.active === true)
    .flatMap(({ server, addresses }) => {
      const subnets = cluster.networks
        .flatMap((network) => network.subnets)
        .filter((subnet) => addresses.some((address) => isWithin(address, subnet)))
      return router.interfaces
        .filter(({ enabled, network }) => enabled && network === server.vip.network)
        .flatMap(({ device }) => subnets.map((subnet) => ({ subnet, device })))
    })
  return eachFtp(found)
}

/** Load Balancer Administration (RHEL 7) 3.5, active FTP; the words as `iptables -S` prints them. */
export const ftpRules = (found: readonly ActiveFtp[]): readonly FilterRule[] =>
  found.map(({ subnet, device }) => ({
    family: subnet.family,
    table: 'nat',
    chain: 'POSTROUTING',
    match: ['-s', showSubnet(subnet), '-o', device, '-p', 'tcp', '-m', 'tcp', '--sport', '20'],
    target: ['-j', 'MASQUERADE'],
  }))

/** Those that the inventory wishes. */
export const masqueradeRules = (cluster: Cluster, router: Router): readonly FilterRule[] =>
  ftpRules(activeFtp(cluster, router))

/** The same for nft, of one family. */
export const nftFtpRules = (found: readonly ActiveFtp[], family: Family): readonly string[] =>
  found
    .filter(({ subnet }) => subnet.family === family)
    .map(
      ({ subnet, device }) =>
        `${family === 4 ? 'ip' : 'ip6'} saddr ${showSubnet(subnet)} oifname "${device}" tcp sport 20 masquerade`,
    )
