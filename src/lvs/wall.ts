import { z } from 'zod'

import { bitsOf, edgesOf, familyOf } from '../inventory/address.ts'
import type { Cluster, Router } from '../inventory/cluster.ts'
import type { Address } from '../inventory/network.ts'
import type { VrrpInstance } from '../inventory/vrrp.ts'
import type { Platform } from '../platform.ts'
import type { Resource } from '../resource.ts'
import { activeFtp, eachFtp, type ActiveFtp } from './active-ftp.ts'
import { filterTool } from './filter-tool.ts'
import { marksRecord, rememberedMark, widenedMarks } from './former-marks.ts'
import { marksOf, type Mark } from './marks.ts'
import { defineRecord, recordedAddress, recordedDevice, recordedName } from './records.ts'
import type { Place } from './task.ts'

/** What a router's packet filter does for the cluster, in one of two stages. */
export interface Wall {
  readonly cluster: Cluster
  readonly host: Router
  readonly platform: Platform
  readonly marks: readonly Mark[]
  readonly ftp: readonly ActiveFtp[]
  /**
   * Some marks or FTP rules do not only leave: what stands beside the rules, in files of its own, has no second stage that
   * takes it away, so it comes only where it stays.
   */
  readonly stays: boolean
  /** The cluster with every VRRP instance that is let in. */
  readonly speaking: Cluster
}

const subnetOf = ({ address, prefix }: { address: string; prefix: number }): Address => ({
  address,
  prefix,
  family: familyOf(address) ?? 4,
})

export const ftpRecord = defineRecord(
  'active_ftp',
  z
    .strictObject({
      address: recordedAddress,
      prefix: z.int().min(0).max(128),
      device: recordedDevice,
    })
    .refine((found) => {
      const subnet = subnetOf(found)
      return subnet.prefix <= bitsOf(subnet.family) && edgesOf(subnet).first === subnet.address
    }),
)

export const vrrpRecord = defineRecord(
  'vrrp',
  z.strictObject({
    name: recordedName,
    network: recordedName,
    family: z.union([z.literal(4), z.literal(6)]),
    virtualRouterId: z.int().min(1).max(255),
  }),
)

/** What the inventory wishes. */
export const wishedWall = ({ cluster, platform }: Place, host: Router): Wall => {
  const marks = marksOf(cluster)
  const ftp = activeFtp(cluster, host)
  return {
    ...{ cluster, host, platform, marks, ftp },
    stays: marks.length + ftp.length > 0,
    speaking: cluster,
  }
}

const withInstances = (cluster: Cluster, former: readonly VrrpInstance[]): Cluster => {
  const { instances } = cluster.vrrp
  const left = former.filter(
    ({ network, family }) =>
      !instances.some((each) => each.network === network && each.family === family),
  )
  return { ...cluster, vrrp: { ...cluster.vrrp, instances: [...instances, ...left] } }
}

/**
 * The same, and with it what the router does for a keepalived that still runs the old file: FTP goes on, and routers
 * that no longer hear each other would all become master of an instance that leaves.
 */
export const widenedWall = (place: Place, host: Router): Wall => {
  const wished = wishedWall(place, host)
  const ftp = ftpRecord.of(place).map(({ device, ...rest }) => ({ subnet: subnetOf(rest), device }))
  const instances = vrrpRecord.of(place).map((each) => ({ ...each, vips: [] }))
  return {
    ...wished,
    marks: widenedMarks(place, wished.marks),
    ftp: eachFtp([...wished.ftp, ...ftp]),
    speaking: withInstances(wished.cluster, instances),
  }
}

/** VRRP is let in only where something is kept out, and a table of nft lets in nothing. */
const letsIn = ({ host, platform }: Wall): boolean => {
  const tool = filterTool(host, platform)
  return tool === 'firewalld' || (tool === 'iptables' && platform.filtered)
}

/** What the router remembers of all this. */
export const wallRecords = (place: Place, wall: Wall): readonly Resource[] => [
  ...marksRecord.wish(place, wall.marks.map(rememberedMark)),
  ...ftpRecord.wish(
    place,
    wall.ftp.map(({ subnet: { address, prefix }, device }) => ({ address, prefix, device })),
  ),
  ...vrrpRecord.wish(
    place,
    (letsIn(wall) ? wall.speaking.vrrp.instances : []).map(
      ({ name, network, family, virtualRouterId }) => ({ name, network, family, virtualRouterId }),
    ),
  ),
]
