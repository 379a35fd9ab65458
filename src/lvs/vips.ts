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
import { eachVip, vipsRecord, widenedVips } from './remembered-vips.ts'
import { formerRedirects, isRedirect, redirectBoot, redirects } from './redirects.ts'
import { silentCardsWants } from './silent-cards.ts'
import { silence, silenceBoot, silenceMethods } from './silence.ts'
import type { Silent } from './silent.ts'
import type { Place, Task } from './task.ts'
import { tunnelDevices } from './tunnel-devices.ts'
import { looseRpFilter, noProxyArp } from './vip-conditions.ts'

/** What a real server holds, and how: every VIP on lo, or, where a redirect takes its packets, none. */
interface Holding {
  readonly cluster: Cluster
  readonly host: RealServer
  readonly platform: Platform
  /** What the inventory gives it. */
  readonly wished: readonly DirectVip[]
  /** The same, or with what it had before: some router may still send that. */
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

const silentOf = ({ cluster, host, platform, wished, onLo }: Holding): Silent => ({
  ...{ cluster, host, platform },
  vips: onLo.filter(isIPv4),
  stays: !isRedirect(host.arp) && wished.some(isIPv4),
})

const unit = (holding: Holding): Resource => {
  const { host, platform, vips, onLo } = holding
  const method = host.arp
  const silent = silentOf(holding)
  const loader =
    method === 'arptables' && platform.family === 'rhel' && silent.vips.length > 0
      ? ['arptables.service']
      : []
  const cards = method === 'sysctl' ? silentCardsWants(silent) : []
  const commands = [
    ...silenceBoot(method, silent),
    ...redirectBoot(method, vips),
    ...tunnelBoot(vips),
    ...eachVip(onLo).map(loBoot),
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
    undo: eachVip(onLo).map(({ vip }) => ['/sbin/ip', 'addr', 'del', alone(vip), 'dev', 'lo']),
  })
}

/** Before any change: what would make a VIP that several hosts hold be answered for by the wrong one. */
const conditions = ({ host, wished }: Holding): readonly Resource[] => [
  ...noProxyArp(host, new Set(wished.filter(isIPv4).map(({ vip }) => vip.network))),
  ...looseRpFilter(host, wished),
]

const addressesOf = (vips: readonly DirectVip[]): string[] =>
  eachVip(vips).map(({ vip }) => vip.address)

/*
 * Every set is exact, and every step is safe at its place, whichever method was there before: who takes
 * the packets comes first, a VIP that leaves goes before the silence about it, a VIP that comes comes after
 * it (E6). The unit, which also tells which VIPs on lo are ours, stands between: whatever leaves is gone
 * by then, and a VIP that comes must not be on lo before the unit knows it. A run that died there and was
 * followed by another inventory would take the silence away and leave the VIP.
 *
 * That holds for both stages. In the first, `held` is what is wished and what was: so nothing leaves that routers may
 * still send, and another method takes over all of it, the VIPs that will leave too. In the second, `held` is what is
 * wished, and whatever leaves does so in the order above.
 */
export const vipSets = (
  { cluster, platform }: Place,
  host: RealServer,
  held: readonly DirectVip[],
): readonly Resource[] => {
  const wished = directVips(cluster, host)
  const method = host.arp
  const onLo = isRedirect(method) ? [] : held
  const holding = { cluster, host, platform, wished, vips: held, onLo }
  const silent = silentOf(holding)
  const addresses = addressesOf(onLo)
  const redirected = isRedirect(method) ? addressesOf(wished) : []
  return [
    ...conditions(holding),
    ...(isRedirect(method) ? redirects[method](platform, held) : []),
    loopback_vips.bind({ addresses, redirected, part: 'leaving' }),
    ...silenceMethods.filter((each) => each === method).flatMap((each) => silence(each, silent)),
    unit(holding),
    ...silenceMethods
      .filter((each) => each !== method)
      .flatMap((each) => silence(each, { ...silent, vips: [], stays: false })),
    loopback_vips.bind({ addresses, part: 'present' }),
    ...formerRedirects(method).flatMap((each) => redirects[each](platform, [])),
  ]
}

/** First stage, before any router sends otherwise. `former_vips` is the second. */
export const vips: Task = {
  name: 'vips',
  summary:
    'The VIPs that real servers answer themselves, kept silent; for the others, what takes them back',
  resources: (place) => {
    const { host } = place
    if (host.role !== 'real_server') return []
    const { vips: held, record } = widenedVips(place, host)
    // Written ahead: a VIP that comes and leaves again in the next inventory must be known by then.
    return [...vipsRecord.wish(place, record), ...vipSets(place, host, held)]
  },
}
