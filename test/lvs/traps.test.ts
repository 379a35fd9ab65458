import { describe, expect, it } from 'vitest'

import { firewall } from '../../src/lvs/firewall.ts'
import { ifcfg } from '../../src/lvs/ifcfg.ts'
import { interfaces } from '../../src/lvs/interfaces.ts'
import { debianPlatform } from '../../src/platform.ts'
import { confOf } from './conf-of.ts'
import { directBoth, guideRealServer } from './direct-inventories.ts'
import {
  clusterOf,
  dualStack,
  everything,
  guideDirect,
  guideKeepalived,
  guideMarks,
  guideNetwork,
  kitchenSink,
} from './inventories.ts'
import { readTree, valuesOf } from './keepalived-tree.ts'
import { filesOf, resources } from './places.ts'

const all = [
  dualStack,
  everything,
  guideDirect,
  guideKeepalived,
  guideMarks,
  kitchenSink,
  directBoth('sysctl'),
]

/** What keepalived.conf says on every router of every inventory. */
const said = all.flatMap((inventory) =>
  clusterOf(inventory).routers.map(({ name }) => valuesOf(readTree(confOf(inventory, name)))),
)

describe('keepalived.conf', () => {
  it('has none of the old names, and a real server has the one that it knows (E14)', () => {
    const values = said.flat()
    expect(values.filter((value) => /\b(lb_algo|lb_kind|nat_mask)\b/.test(value))).toEqual([])
    const ways = values.filter((value) => /real_server .* \/ lvs_\w+ /.test(value))
    expect(ways.map((value) => value.replace(/.* \/ /, ''))).toEqual(
      expect.arrayContaining(['lvs_method DR', 'lvs_method TUN']),
    )
    expect(ways.filter((value) => !value.includes(' / lvs_method '))).toEqual([])
  })

  it('has every instance begin as BACKUP, with priorities of their own (E12)', () => {
    const word = (values: readonly string[], name: string): readonly string[] =>
      values.flatMap((value) => value.split(` / ${name} `)[1] ?? [])
    for (const inventory of all) {
      const priorities = clusterOf(inventory).routers.map(({ name }) => {
        const values = valuesOf(readTree(confOf(inventory, name)))
        const instances = new Set(
          values.flatMap((value) => /^vrrp_instance (\S+)/.exec(value)?.[1] ?? []),
        )
        expect(word(values, 'state')).toEqual([...instances].map(() => 'BACKUP'))
        return [...new Set(word(values, 'priority'))].join()
      })
      expect(new Set(priorities).size).toBe(priorities.length)
    }
  })

  it('gives a VIP alone, never the network that it is in (E5)', () => {
    const vips = said.flat().filter((value) => value.includes(' / virtual_ipaddress / '))
    expect(vips.length).toBeGreaterThan(10)
    for (const vip of vips) expect(vip).toMatch(/ [\d.]+\/32( dev |$)| [\da-f:]+\/128( dev |$)/)
  })
})

describe('the network’s own files', () => {
  it.each([
    ['ifcfg', ifcfg, undefined],
    ['interfaces', interfaces, debianPlatform],
  ] as const)(
    'have no VIP as an address, of a router or of a real server (%s; E6)',
    (_, task, platform) => {
      for (const inventory of [
        guideNetwork('203.0.113'),
        dualStack,
        guideRealServer('arptables'),
      ]) {
        const { vips, routers, realServers } = clusterOf(inventory)
        for (const { name } of [...routers, ...realServers]) {
          const text = filesOf(resources(task, clusterOf(inventory), name, platform))
          expect(text).toMatch(/^(IPADDR=| {4}address )/m)
          for (const { address } of vips) {
            expect(text).not.toContain(`IPADDR=${address}\n`)
            expect(text).not.toMatch(new RegExp(`(IPV6ADDR=| address )${address}/`))
          }
        }
      }
    },
  )
})

describe('NAT', () => {
  it.each(['iptables', 'nftables', 'firewalld'] as const)(
    'masquerades nothing where active FTP is not asked for (%s; E18)',
    (tool) => {
      const text = (inventory: string): string =>
        JSON.stringify(
          resources(firewall, clusterOf(inventory), 'lb1', {
            ...debianPlatform,
            firewall: tool,
          }).map(({ wish }) => wish),
        )
      expect(text(guideMarks)).toMatch(/masquerade/i)
      expect(text(guideMarks.replace(', active: true', ''))).not.toMatch(/masquerade/i)
      expect(text(guideNetwork('203.0.113'))).not.toMatch(/masquerade/i)
    },
  )
})
