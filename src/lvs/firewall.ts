import type { Firewall, Platform } from '../platform.ts'
import type { Resource } from '../resource.ts'
import { boot_unit } from '../resources/boot_unit.ts'
import { firewalld } from '../resources/firewalld.ts'
import { nft_table, nftFile } from '../resources/nft_table.ts'
import { vrrp_condition } from '../resources/vrrp_condition.ts'
import { ftpRules, nftFtpRules } from './active-ftp.ts'
import { filterLoaders, type BootCommand } from './boot.ts'
import { iptablesBoot, iptablesSets, type FilterRule } from './filter-rules.ts'
import { filterTool } from './filter-tool.ts'
import { markRules, nftMarkRules } from './marks.ts'
import { nftReload } from './nft-reload.ts'
import type { Task } from './task.ts'
import { vrrpCards, vrrpFamilies, vrrpRules } from './vrrp-accept.ts'
import { wallRecords, widenedWall, type Wall } from './wall.ts'

/** One tool's exact set; what takes ours away from it; what is done again at boot. */
interface Tool {
  readonly resources: (wall: Wall) => readonly Resource[]
  readonly nothing: (platform: Platform) => readonly Resource[]
  readonly boot: (wall: Wall) => readonly BootCommand[]
}

const rulesOf = ({ marks, ftp }: Wall): readonly FilterRule[] => [
  ...markRules(marks),
  ...ftpRules(ftp),
]

const nftFamilies = [
  ['ip', 4],
  ['ip6', 6],
] as const

const nftChains = ({ marks, ftp }: Wall, family: 4 | 6) =>
  [
    {
      name: 'marks',
      type: 'filter' as const,
      hook: 'prerouting',
      priority: -150,
      rules: nftMarkRules(marks, family),
    },
    {
      name: 'active_ftp',
      type: 'nat' as const,
      hook: 'postrouting',
      priority: 100,
      rules: nftFtpRules(ftp, family),
    },
  ].filter(({ rules }) => rules.length > 0)

/** Whether the nftables way needs a table at all. */
const usedNft = (wall: Wall) =>
  nftFamilies.filter(([, family]) => nftChains(wall, family).length > 0)

const tables = ['mangle', 'nat', 'filter'] as const

const tools: Readonly<Record<Firewall, Tool>> = {
  iptables: {
    resources: (wall) =>
      iptablesSets(wall.platform, tables, [
        ...rulesOf(wall),
        ...vrrpRules(wall.speaking, wall.platform),
      ]),
    nothing: (platform) => iptablesSets(platform, tables, []),
    boot: (wall) => iptablesBoot([...rulesOf(wall), ...vrrpRules(wall.speaking, wall.platform)]),
  },
  nftables: {
    resources: (wall) => [
      ...nftFamilies.map(([name, family]) =>
        nft_table.bind({ family: name, name: 'lbprov', chains: nftChains(wall, family) }),
      ),
      ...(wall.stays ? [nftReload()] : []),
    ],
    nothing: () =>
      nftFamilies.map(([name]) => nft_table.bind({ family: name, name: 'lbprov', chains: [] })),
    boot: (wall) =>
      usedNft(wall).map(([name]) => ({ words: ['/usr/sbin/nft', '-f', nftFile(name)] })),
  },
  firewalld: {
    resources: (wall) => [
      firewalld.bind({
        redirects: [],
        accepts: vrrpCards(wall.speaking, wall.host).map(({ family, device }) => ({
          family,
          protocol: 'vrrp',
          device,
        })),
        direct: rulesOf(wall).map(({ family, table, chain, match, target }) => ({
          family,
          table,
          chain,
          match,
          target,
        })),
      }),
    ],
    nothing: () => [firewalld.bind({ redirects: [], accepts: [], direct: [] })],
    // It remembers its permanent rules itself.
    boot: () => [],
  },
}

/** The new tool's rules come before the old one's go: a packet that two of them mark has the same mark. */
export const wallSets = (wall: Wall): readonly Resource[] => {
  const { cluster, host, platform } = wall
  const tool = filterTool(host, platform)
  const others = (['firewalld', 'iptables', 'nftables'] as const).filter((each) => each !== tool)
  return [
    // An accept of ours opens nothing that a table of nft drops, whatever our own tool is (E23).
    ...vrrpFamilies(cluster).map((family) => vrrp_condition.bind({ family })),
    ...tools[tool].resources(wall),
    ...others.flatMap((each) => tools[each].nothing(platform)),
    boot_unit.bind({
      name: 'lbprov-firewall.service',
      description: 'The packet filter rules of this router (lbprov)',
      after: filterLoaders,
      before: ['keepalived.service'],
      commands: tools[tool].boot(wall),
    }),
  ]
}

/** First stage, before keepalived runs anything new. `former_firewall` is the second. */
export const firewall: Task = {
  name: 'firewall',
  summary:
    'On the routers: firewall marks, active FTP behind NAT, and VRRP let in; iptables, nftables or firewalld',
  resources: (place) => {
    if (place.host.role !== 'router') return []
    const wall = widenedWall(place, place.host)
    // Written ahead: what comes and leaves again in the next inventory must be known by then.
    return [...wallRecords(place, wall), ...wallSets(wall)]
  },
}
