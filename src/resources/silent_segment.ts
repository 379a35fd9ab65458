import { BlockList } from 'node:net'
import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import { sh } from '../sh/sh.ts'
import { deviceName } from './device.ts'
import { heldAddresses, type HeldAddress } from './held-address.ts'
import { familyOf } from './ip-address.ts'
import { heldLinks } from './links.ts'

/** The kernel takes the greater of the two (ip-sysctl, arp_ignore); undefined: it has no such card. */
const arpIgnore = (settings: string, device: string): number => {
  const values = new Map(
    [...settings.matchAll(/conf\/([^/\n]+)\/arp_ignore:(\d+)$/gm)].map(([, card, value]) => [
      card,
      Number(value),
    ]),
  )
  return Math.max(values.get('all') ?? 0, values.get(device) ?? 0)
}

// 3 hides only addresses of scope host, and an address of lo has it only when somebody says so.
const silencing = [1, 2, 8]

const inside = ({ address }: HeldAddress, subnet: string): boolean => {
  const [network = '', prefix] = subnet.split('/')
  if (familyOf(address) === 6) return false
  const list = new BlockList()
  list.addSubnet(network, Number(prefix))
  return list.check(address)
}

export const silent_segment = defineResource({
  name: 'silent_segment',
  summary: 'No further card on the networks of the VIPs answers ARP for them; never changed',
  schema: z.strictObject({
    subnets: z
      .array(z.union([z.cidrv4(), z.cidrv6()]))
      .describe('203.0.113.0/24, …; for IPv6 every card is silent by itself'),
    devices: z.array(deviceName).describe('The cards that lbprov silences'),
  }),
  id: ({ subnets }) => subnets.join(' '),
  probe: () => ({
    addresses: sh`ip -o addr`,
    links: sh`ip -o link`,
    settings: sh`grep -s . /proc/sys/net/ipv4/conf/*/arp_ignore`,
  }),
  parse: ({ addresses, links, settings }, { subnets, devices }) => {
    for (const [what, { exit, err }] of [
      ['the addresses', addresses],
      ['the interfaces', links],
      ['arp_ignore', settings],
    ] as const) {
      if (exit !== 0) throw new AnswerError(`cannot read ${what}: ${err.trim()}`)
    }
    const up = heldLinks(links.out).flatMap(({ name, up }) => (up ? [name] : []))
    for (const held of heldAddresses(addresses.out)) {
      const { device, address } = held
      const subnet = subnets
        .filter((each) => familyOf(each) === 4)
        .find((each) => inside(held, each))
      // What lo holds, no wire asks lo for.
      if (subnet === undefined || device === 'lo' || devices.includes(device)) continue
      if (!up.includes(device) || silencing.includes(arpIgnore(settings.out, device))) continue
      throw new AnswerError(
        `${device} has ${address} in ${subnet} and would answer ARP for the VIPs there, though the inventory does not name it; set net.ipv4.conf.${device.replaceAll('.', '/')}.arp_ignore = 1 in a file of /etc/sysctl.d and load it with "sysctl --system", or take the address off ${device}, and run again.`,
      )
    }
  },
  diff: () => [],
  after: () => undefined,
})
