import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

import { hostsOf } from '../../src/inventory/cluster.ts'
import { keepalived_scripts } from '../../src/lvs/keepalived_scripts.ts'
import { nothingRemembered } from '../../src/lvs/task.ts'
import { debianPlatform } from '../../src/platform.ts'
import { clusterOf, guideNetwork, kitchenSink } from './inventories.ts'

const filesOf = (inventory: string, name: string) => {
  const cluster = clusterOf(inventory)
  const host = hostsOf(cluster).find((each) => each.name === name)
  if (host === undefined) throw new Error(`no host ${name}`)
  return keepalived_scripts
    .resources({ cluster, host, platform: debianPlatform, ...nothingRemembered })
    .flatMap(({ files }) => files)
}

const script = (name: string) => ({
  path: `/etc/keepalived/scripts/${name}`,
  text: readFileSync(`inventory/scripts/${name}`, 'utf8'),
})

it.each(['lb1', 'lb2'])('%s gets every script once, as it is beside the inventory', (name) => {
  expect(filesOf(kitchenSink, name)).toEqual([script('notify.sh'), script('busy.sh')])
})

it('real servers get none, and nobody where there are none', () => {
  expect(filesOf(kitchenSink, 'rs1')).toEqual([])
  expect(filesOf(guideNetwork('203.0.113'), 'lb1')).toEqual([])
})
