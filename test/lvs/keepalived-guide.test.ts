import { expect, it } from 'vitest'

import { confOf } from './conf-of.ts'
import { guideDr, guideNat } from './guide-conf.ts'
import { guideDirect, guideKeepalived, guideMarks } from './inventories.ts'
import { readTree, valuesOf } from './keepalived-tree.ts'

/** The guide's words in the words of today's keepalived. */
const inOurWords = (name: string, value: string): string =>
  value
    .replace('lb_algo', 'lvs_sched')
    .replace('lb_kind', 'lvs_method')
    // Both begin as BACKUP: the priorities decide.
    .replace(/state (MASTER|BACKUP)/, 'state BACKUP')
    .replace(
      /^vrrp_instance (\w+) \/ virtual_ipaddress \/ (\S+)$/,
      (all, instance: string, vip: string) =>
        `vrrp_instance ${instance} / virtual_ipaddress / ${vip}/32 dev ${instance === 'RH_INT' ? 'eth1' : 'eth0'}`,
    )
    .replace(/priority 100/, name === 'LB1' ? 'priority 100' : 'priority 99')

const sorted = (values: readonly string[]): readonly string[] => [...values].sort()

it.each(['LB1', 'LB2'])('NAT: says on %s what the guide says', (name) => {
  const theirs = valuesOf(readTree(guideNat)).map((value) => inOurWords(name, value))
  const besides = [20, 21, 22, 23].map(
    (n) => `virtual_server 10.0.0.1 80 / real_server 192.168.1.${String(n)} 80 / weight 1`,
  )
  const ours = valuesOf(readTree(confOf(guideKeepalived, name)))
  expect(sorted(ours)).toEqual(sorted([...theirs, ...besides, `global_defs / router_id ${name}`]))
})

it.each(['LB1', 'LB2'])('direct routing: says on %s what the guide says', (name) => {
  const theirs = valuesOf(readTree(guideDr)).map((value) => inOurWords(name, value))
  const ours = valuesOf(readTree(confOf(guideDirect, name)))
  expect(sorted(ours)).toEqual(sorted([...theirs, `global_defs / router_id ${name}`]))
})

it('marks: what belongs together has one virtual server, and its clients stay', () => {
  const values = valuesOf(readTree(confOf(guideMarks, 'lb1')))
  for (const mark of ['fwmark 80', 'fwmark 21']) {
    expect(values).toContain(`virtual_server ${mark} / persistence_timeout 300`)
    // Port 0: the real server is asked for the port that the client asked for.
    expect(values).toContain(`virtual_server ${mark} / real_server 10.11.12.1 0 / weight 1`)
    expect(values.filter((value) => value.startsWith(`virtual_server ${mark} / protocol`))).toEqual(
      [],
    )
  }
})
