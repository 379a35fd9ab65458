import { z } from 'zod'

import { familyOf } from '../inventory/address.ts'
import { hostsOf, type Cluster, type RealServer } from '../inventory/cluster.ts'
import { onceEach } from '../once-each.ts'
import { directVips, type DirectVip } from './direct-vips.ts'
import {
  defineRecord,
  recordedAddress,
  recordedDevice,
  recordedPorts,
  recordedProtocol,
  vipAt,
} from './records.ts'
import { isRedirect } from './redirects.ts'
import type { Place } from './task.ts'

/** The VIPs that a router may send this real server. */
export const vipsRecord = defineRecord(
  'direct_vips',
  z
    .strictObject({
      address: recordedAddress,
      device: recordedDevice,
      source: recordedAddress,
      ways: z.array(z.enum(['direct', 'tunnel'])).min(1),
      /** Its packets were redirected, and it was not on lo. */
      redirected: z.boolean(),
      asked: z.array(z.strictObject({ protocol: recordedProtocol, ports: recordedPorts })),
    })
    .refine(({ address, source }) => familyOf(address) === familyOf(source)),
)

type RememberedVip = ReturnType<typeof vipsRecord.read>[number]

const remembered = (
  { vip, ways, device, source, asked }: DirectVip,
  redirected: boolean,
): RememberedVip => ({
  address: vip.address,
  device,
  source,
  ways: [...ways],
  redirected,
  asked: asked.map(({ protocol, ports }) => ({
    protocol,
    ports: ports.map(({ first, last }) => ({ first, last })),
  })),
})

/** What a real server answers as itself, in one of two stages, and what is remembered of it. */
export interface HeldVips {
  readonly vips: readonly DirectVip[]
  readonly record: readonly RememberedVip[]
}

/** What the inventory gives a real server. */
export const wishedVips = ({ cluster }: Place, host: RealServer): HeldVips => {
  const vips = directVips(cluster, host)
  return { vips, record: vips.map((each) => remembered(each, isRedirect(host.arp))) }
}

/** An address that a host has for itself by now cannot wait for anybody. */
const ownAddresses = onceEach(
  (cluster: Cluster): ReadonlySet<string> =>
    new Set(
      hostsOf(cluster).flatMap(({ interfaces }) =>
        interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address)),
      ),
    ),
)

/** Whether the method of the inventory can go on with a VIP that leaves; if not, it goes before the routers know. */
const mayStay = (
  { cluster, platform }: Place,
  { arp, interfaces }: RealServer,
  { address, device, redirected }: RememberedVip,
): boolean => {
  if (ownAddresses(cluster).has(address)) return false
  // Beside a firewalld iptables has no say, and a firewalld that does not run has none at all.
  if (isRedirect(arp)) return (platform.firewall === 'firewalld') === (arp === 'firewalld')
  // It would have to come to lo, and sysctl silences no card that the inventory does not name.
  return arp !== 'sysctl' || !redirected || interfaces.some((card) => card.device === device)
}

/**
 * The same, and behind it what the inventory gave it before: another VIP, or the same one at another card, by another
 * way, for other ports.
 */
export const widenedVips = (place: Place, host: RealServer): HeldVips => {
  const { vips, record } = wishedVips(place, host)
  const texts = new Set(record.map((each) => JSON.stringify(each)))
  const former = vipsRecord
    .of(place)
    .filter((each) => !texts.has(JSON.stringify(each)) && mayStay(place, host, each))
  return {
    vips: [
      ...vips,
      ...former.map(({ address, device, source, ways, asked }) => ({
        vip: vipAt(place.cluster, address),
        ...{ device, source, ways, asked },
      })),
    ],
    record: [...record, ...former],
  }
}

/** Each VIP once: as it is wished, where it was otherwise before. */
export const eachVip = (vips: readonly DirectVip[]): readonly DirectVip[] =>
  vips.filter(({ vip }, n) => vips.findIndex((each) => each.vip.address === vip.address) === n)
