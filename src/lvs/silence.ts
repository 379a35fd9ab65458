import type { ArpMethod } from '../inventory/network.ts'
import type { Resource } from '../resource.ts'
import { arptables } from '../resources/arptables.ts'
import { nft_table, nftFile } from '../resources/nft_table.ts'
import { service } from '../resources/service.ts'
import type { BootCommand } from './boot.ts'
import { nftReload } from './nft-reload.ts'
import { eachVip } from './remembered-vips.ts'
import { silentCards, silentCardsBoot } from './silent-cards.ts'
import type { Silent } from './silent.ts'

export const silenceMethods = ['arptables', 'nftables', 'sysctl'] as const

export type SilenceMethod = (typeof silenceMethods)[number]

interface Method {
  /** The exact set, live and saved. */
  readonly resources: (silent: Silent) => readonly Resource[]
  /** What is silent again at boot, before any VIP is there. */
  readonly boot: (silent: Silent) => readonly BootCommand[]
}

const isRhel = ({ platform }: Silent): boolean => platform.family === 'rhel'

// Load Balancer Administration (RHEL 7) 3.2.1, with the chains' names of today's tool (E1).
// The RHEL family's own service loads them too, but it may find another file than ours, and a VIP that follows
// nothing but its word would not be silent.
const arptablesBoot = ({ vips }: Silent): readonly BootCommand[] =>
  eachVip(vips).flatMap(({ vip, source }) =>
    [
      ['INPUT', '-d', vip.address, '-j', 'DROP'],
      ['OUTPUT', '-s', vip.address, '-j', 'mangle', '--mangle-ip-s', source],
    ].flatMap((rule): readonly BootCommand[] => [
      { words: ['/usr/sbin/arptables', '-D', ...rule], mayFail: true },
      { words: ['/usr/sbin/arptables', '-I', ...rule] },
    ]),
  )

const methods: Readonly<Record<SilenceMethod, Method>> = {
  arptables: {
    resources: (silent) => [
      arptables.bind({
        rules: eachVip(silent.vips).map(({ vip, source }) => ({ vip: vip.address, source })),
        ...(isRhel(silent) && { saved: '/etc/sysconfig/arptables' }),
      }),
      ...(isRhel(silent) && silent.stays
        ? [service.bind({ name: 'arptables', running: false })]
        : []),
    ],
    boot: arptablesBoot,
  },
  nftables: {
    resources: ({ vips, stays }) => [
      nft_table.bind({
        family: 'arp',
        name: 'lbprov',
        chains:
          vips.length === 0
            ? []
            : [
                {
                  name: 'input',
                  type: 'filter',
                  hook: 'input',
                  priority: 0,
                  rules: eachVip(vips).map(({ vip }) => `arp daddr ip ${vip.address} drop`),
                },
                {
                  name: 'output',
                  type: 'filter',
                  hook: 'output',
                  priority: 0,
                  rules: eachVip(vips).map(
                    ({ vip, source }) => `arp saddr ip ${vip.address} arp saddr ip set ${source}`,
                  ),
                },
              ],
      }),
      ...(stays ? [nftReload()] : []),
    ],
    boot: ({ vips }) =>
      vips.length === 0 ? [] : [{ words: ['/usr/sbin/nft', '-f', nftFile('arp')] }],
  },
  sysctl: { resources: silentCards, boot: silentCardsBoot },
}

/** The exact silence of one method. */
export const silence = (method: SilenceMethod, silent: Silent): readonly Resource[] =>
  methods[method].resources(silent)

export const silenceBoot = (method: ArpMethod, silent: Silent): readonly BootCommand[] =>
  silenceMethods.filter((each) => each === method).flatMap((each) => methods[each].boot(silent))
