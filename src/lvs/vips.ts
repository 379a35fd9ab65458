import type { Cluster, RealServer } from '../inventory/cluster.ts'
import type { Platform } from '../platform.ts'
import type { Resource } from '../resource.ts'
import { boot_unit } from '../resources/boot_unit.ts'
import { loopback_vips } from '../resources/loopback_vips.ts'
import { sysctlFile } from '../resources/sysctl-files.ts'
import { filterLoaders, type BootCommand } from './boot.ts'
import { deviceKey } from './device-key.ts'
import { directVips, type DirectVip } from './direct-vips.ts'
import { alone } from './filter-rules.ts'
import { formerRedirects, isRedirect, redirectBoot, redirects } from './redirects.ts'
import { silentCardsWants } from './silent-cards.ts'
import { silence, silenceBoot, silenceMethods } from './silence.ts'
import type { Task } from './task.ts'
import { tunnelDevices } from './tunnel-devices.ts'
import { looseRpFilter, noProxyArp } from './vip-conditions.ts'

/** What a real server holds, and how: every VIP on lo, or, where a redirect takes its packets, none. */
interface Holding {
  readonly cluster: Cluster
  readonly host: RealServer
  readonly platform: Platform
  readonly vips: readonly DirectVip[]
  readonly onLo: readonly DirectVip[]
}

const isIPv4 = ({ vip }: DirectVip): boolean => vip.family === 4

const tunnelBoot = (vips: readonly DirectVip[]): readonly BootCommand[] =>
  tunnelDevices(vips).flatMap(({ family, device }): readonly BootCommand[] => [
    ...(family === 6
      ? []
      : [
          {
            words: [
              '/usr/sbin/sysctl',
              '-q',
              '-p',
              sysctlFile(deviceKey(4, device, 'rp_filter')),
            ] as const,
          },
        ]),
    { words: ['/sbin/ip', 'link', 'set', 'dev', device, 'up'] },
  ])

const loBoot = ({ vip }: DirectVip): BootCommand => ({
  words:
    vip.family === 4
      ? ['/sbin/ip', 'addr', 'replace', alone(vip), 'dev', 'lo']
      : ['/sbin/ip', '-6', 'addr', 'replace', alone(vip), 'dev', 'lo', 'nodad'],
})

const unit = ({ cluster, host, platform, vips, onLo }: Holding): Resource => {
  const method = host.arp
  const silent = { cluster, host, platform, vips: onLo.filter(isIPv4) }
  const loader =
    method === 'arptables' && platform.family === 'rhel' && silent.vips.length > 0
      ? ['arptables.service']
      : []
  const cards = method === 'sysctl' ? silentCardsWants(silent) : []
  const commands = [
    ...silenceBoot(method, silent),
    ...redirectBoot(method, vips),
    ...tunnelBoot(vips),
    ...onLo.map(loBoot),
  ]
  return boot_unit.bind({
    name: 'lbprov-vips.service',
    description: 'The VIPs of this real server, silent before they are there (lbprov)',
    after: [
      'systemd-modules-load.service',
      'systemd-sysctl.service',
      'network.target',
      ...filterLoaders,
      ...loader,
      ...cards,
    ],
    requires: loader,
    wants: cards,
    before: ['network-online.target'],
    commands,
    // At a shutdown the silence may end while cards are still up: the VIPs go first (E6).
    undo: onLo.map(({ vip }) => ['/sbin/ip', 'addr', 'del', alone(vip), 'dev', 'lo']),
  })
}

/** Before any change: what would make a VIP that several hosts hold be answered for by the wrong one. */
const conditions = ({ host, vips }: Holding): readonly Resource[] => [
  ...noProxyArp(host, new Set(vips.filter(isIPv4).map(({ vip }) => vip.network))),
  ...looseRpFilter(host, vips),
]

/*
 * Every set is exact, and every step is safe at its place, whichever method was there before: who takes
 * the packets comes first, a VIP that leaves goes before the silence about it, a VIP that comes comes after
 * it (E6). The unit, which is also the record of which VIPs are ours, stands between: whatever leaves is gone
 * by then, and a VIP that comes must not be on lo before the record knows it. A run that died there and was
 * followed by another inventory would take the silence away and leave the VIP.
 */
export const vips: Task = {
  name: 'vips',
  summary:
    'The VIPs that real servers answer themselves, kept silent; for the others, what takes them back',
  resources: ({ cluster, host, platform }) => {
    if (host.role !== 'real_server') return []
    const served = directVips(cluster, host)
    const method = host.arp
    const onLo = isRedirect(method) ? [] : served
    const holding = { cluster, host, platform, vips: served, onLo }
    const silent = { cluster, host, platform, vips: onLo.filter(isIPv4) }
    const addresses = onLo.map(({ vip }) => vip.address)
    const redirected = isRedirect(method) ? served.map(({ vip }) => vip.address) : []
    return [
      ...conditions(holding),
      ...(isRedirect(method) ? redirects[method](platform, served) : []),
      loopback_vips.bind({ addresses, redirected, part: 'leaving' }),
      ...silenceMethods.filter((each) => each === method).flatMap((each) => silence(each, silent)),
      unit(holding),
      ...silenceMethods
        .filter((each) => each !== method)
        .flatMap((each) => silence(each, { ...silent, vips: [] })),
      loopback_vips.bind({ addresses, part: 'present' }),
      ...formerRedirects(method).flatMap((each) => redirects[each](platform, [])),
    ]
  },
}
