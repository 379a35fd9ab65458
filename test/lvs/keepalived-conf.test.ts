import { describe, expect, it } from 'vitest'

import { keepalivedConfText } from '../../src/lvs/keepalived-conf-text.ts'
import { masked, revealed } from '../../src/secret.ts'
import { confOf, routerOf } from './conf-of.ts'
import * as inventories from './inventories.ts'
import { readTree, valuesOf } from './keepalived-tree.ts'

const {
  clusterOf,
  dualStack,
  everything,
  guideDirect,
  guideKeepalived,
  guideNetwork,
  kitchenSink,
} = inventories

describe('keepalived.conf', () => {
  it.each([
    ['guide-keepalived', guideKeepalived, 'LB1'],
    ['guide-direct', guideDirect, 'LB1'],
    ['guide-marks', inventories.guideMarks, 'lb1'],
    ['guide-network', guideNetwork('203.0.113'), 'lb1'],
    ['dual-stack', dualStack, 'lb2'],
    ['everything', everything, 'lb1'],
    ['checks', inventories.everyCheck, 'lb1'],
    ['kitchen-sink', kitchenSink, 'lb1'],
  ])('of %s is as it was', async (golden, inventory, name) => {
    await expect(confOf(inventory, name)).toMatchFileSnapshot(`golden/${golden}.conf`)
  })

  it('is the same on every router but for its name and priority', () => {
    const cluster = clusterOf(everything)
    const [lb1, lb2] = cluster.routers.map((each) => revealed(keepalivedConfText(cluster, each)))
    expect(
      lb2?.replaceAll('priority 99', 'priority 100').replace('router_id lb2', 'router_id lb1'),
    ).toBe(lb1)
  })

  it('names each router to the others as it names itself, for unicast', () => {
    const cluster = clusterOf(kitchenSink)
    const [lb1 = [], lb2 = []] = cluster.routers.map(({ name }) =>
      valuesOf(readTree(confOf(kitchenSink, name))),
    )
    const said = (values: readonly string[], word: RegExp): readonly string[] =>
      values.flatMap((value) => (word.test(value) ? [value.replace(word, '')] : []))
    const [own, peer] = [/unicast_src_ip /, /unicast_peer \/ /]
    expect(said(lb1, own)).toHaveLength(cluster.vrrp.instances.length)
    expect(said(lb1, own)).toEqual(said(lb2, peer))
    expect(said(lb2, own)).toEqual(said(lb1, peer))
  })

  it('has no unicast for a router alone: keepalived refuses it without peers', () => {
    const alone = `${guideNetwork('203.0.113')}vrrp: { unicast: true }\n`.replace(
      / {2}lb2:(?:\n {4,}.*)+/,
      '',
    )
    expect(clusterOf(alone).routers).toHaveLength(1)
    expect(confOf(alone, 'lb1')).not.toContain('unicast')
  })

  it('is read back as it was written, whatever its braces', () => {
    const values = valuesOf(readTree(confOf(everything, 'lb1')))
    expect(values.filter((value) => value.includes('{') || value.includes('}'))).toEqual([])
    expect(values).toContain('vrrp_instance public_v6 / version 3')
    expect(
      values.some((value) => value.startsWith('vrrp_instance public_v6 / authentication')),
    ).toBe(false)
  })

  it('speaks of scripts only where there are some', () => {
    expect(confOf(everything, 'lb1')).not.toMatch(/script/)
    const values = valuesOf(readTree(confOf(kitchenSink, 'lb1')))
    expect(values).toContain('global_defs / enable_script_security')
    expect(values).toContain('global_defs / script_user root')
  })

  it.each(['quorum_up "/bin/true"', '  notify_down /bin/true', 'misc_path "/bin/true"'])(
    'knows the program in an own line, which keepalived refuses without script security: %s',
    (line) => {
      const own = guideNetwork('203.0.113').replace('port: 80', `port: 80, extra: '${line}'`)
      expect(confOf(own, 'lb1')).toContain('enable_script_security')
    },
  )

  it('tells a program which real server it is asked about', () => {
    const values = valuesOf(readTree(confOf(kitchenSink, 'lb1')))
    const paths = values.filter((value) => value.includes('misc_path'))
    expect(paths.map((path) => path.replace(/.*misc_path /, ''))).toEqual([
      '"/etc/keepalived/scripts/busy.sh 10.11.12.21 7000"',
      '"/etc/keepalived/scripts/busy.sh 10.11.12.22 7000"',
    ])
  })

  it('runs a program once for a router, whether its instances are one or many', () => {
    const notify = 'vrrp: { notify: { any: { command: [/usr/bin/logger, vrrp] } } }\n'
    const runs = (inventory: string, name: string): readonly string[] =>
      valuesOf(readTree(confOf(inventory, name))).filter((value) => / notify\w* "/.test(value))
    expect(runs(`${guideNetwork('203.0.113')}${notify}`, 'lb1')).toEqual([
      'vrrp_sync_group guide / notify "/usr/bin/logger vrrp"',
    ])
    const one = guideDirect.replace(
      'vrrp: {',
      'vrrp: { notify: { stop: { command: [/bin/true] } },',
    )
    expect(runs(one, 'LB1')).toEqual(['vrrp_instance RH_1 / notify_stop "/bin/true"'])
  })

  it('keeps lines of an operator as they are, indented', () => {
    expect(confOf(kitchenSink, 'lb1')).toMatch(
      /\n\n# What lbprov has no word for goes here\.\nstatic_routes \{\n {4}198\.18\.0\.0\/15 .*\n\}\n$/,
    )
    expect(confOf(kitchenSink, 'lb1')).toContain('\n    vrrp_version 2\n    lvs_timeouts tcp 900')
  })

  it('shows nobody its password', () => {
    const cluster = clusterOf(guideKeepalived)
    const text = masked(keepalivedConfText(cluster, routerOf(cluster, 'LB1')))
    expect(text).not.toContain('passw123')
    expect(text).toContain('auth_pass •••')
  })
})
