import { showSubnet } from '../inventory/address.ts'
import type { Interface } from '../inventory/cluster.ts'
import type { Resource } from '../resource.ts'
import { silent_segment } from '../resources/silent_segment.ts'
import { sysctlFile } from '../resources/sysctl-files.ts'
import { sysctl } from '../resources/sysctl.ts'
import { sysctl_condition } from '../resources/sysctl_condition.ts'
import type { BootCommand } from './boot.ts'
import { deviceKey } from './device-key.ts'
import type { Silent } from './silent.ts'

// ip-sysctl: with arp_ignore 1 a card answers only for addresses of its own, and the VIP is on lo; with
// arp_announce 2 it says it is the address that its own segment knows.
const settings = [
  ['arp_ignore', 1, 'LVS: ARP for the VIPs on lo is not answered here'],
  ['arp_announce', 2, 'LVS: ARP requests of this card never come from a VIP'],
] as const

/** Where somebody may ask for the VIPs: every card on their networks (E4), and those that the routers send to. */
const segmentCards = ({ host, vips }: Silent): readonly Interface[] =>
  host.interfaces.filter(
    ({ enabled, device, network }) =>
      enabled && vips.some((each) => each.vip.network === network || each.device === device),
  )

const segmentSubnets = ({ cluster, vips }: Silent): readonly string[] =>
  cluster.networks
    .filter(({ name }) => vips.some(({ vip }) => vip.network === name))
    .flatMap(({ subnets }) => subnets.filter(({ family }) => family === 4).map(showSubnet))

const keysOf = (card: Interface): readonly string[] =>
  settings.map(([setting]) => deviceKey(4, card.device, setting))

/** The guide's third way (RHEL 7, 3.2.4), which is right only with the VIP on lo (E3). */
export const silentCards = (silent: Silent): readonly Resource[] => {
  const cards = segmentCards(silent)
  const used = silent.host.interfaces.filter(({ enabled }) => enabled)
  return [
    ...cards.flatMap(({ device }) =>
      settings.map(([setting, value, reason]) =>
        sysctl.bind({ key: deviceKey(4, device, setting), value, reason }),
      ),
    ),
    ...used
      .filter((card) => !cards.includes(card))
      .flatMap((card) => keysOf(card))
      .map((key) => sysctl.bind({ key, absent: { otherwise: '0' } })),
    ...(cards.length === 0
      ? []
      : [
          // The kernel takes the greater of "all" and the card: 3 hides no address of lo, and 8 answers for none at all.
          sysctl_condition.bind({
            keys: ['net.ipv4.conf.all.arp_ignore'],
            allowed: ['0', '1', '2'],
            because:
              '%s overrules the 1 of its cards: this real server would answer ARP for the VIPs on lo, or for nothing at all; set it to 0, in the file of /etc/sysctl.d that sets it too, and run again.',
          }),
          silent_segment.bind({
            subnets: [...segmentSubnets(silent)],
            devices: cards.map(({ device }) => device),
          }),
        ]),
  ]
}

/** The units of those cards: NetworkManager makes a bond or a VLAN when network.target has long passed. */
export const silentCardsWants = (silent: Silent): readonly string[] =>
  segmentCards(silent).map(
    ({ device }) => `sys-subsystem-net-devices-${device.replaceAll('-', '\\x2d')}.device`,
  )

/** At boot the cards may come after systemd-sysctl has passed: it is said once more, before the VIPs are there. */
export const silentCardsBoot = (silent: Silent): readonly BootCommand[] =>
  segmentCards(silent)
    .flatMap((card) => keysOf(card))
    .map((key) => ({ words: ['/usr/sbin/sysctl', '-q', '-p', sysctlFile(key)] }))
