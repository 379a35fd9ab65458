import { readFileSync } from 'node:fs'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { Cluster } from '../../src/inventory/cluster.ts'
import { keepalived_conf } from '../../src/lvs/keepalived_conf.ts'
import { keepalived_scripts } from '../../src/lvs/keepalived_scripts.ts'
import type { Task } from '../../src/lvs/task.ts'
import { debianPlatform } from '../../src/platform.ts'
import type { Change } from '../../src/resource.ts'
import { toyHost, type Said, type Toy } from '../toy/toy.ts'
import { routerOf } from './conf-of.ts'
import { clusterOf, kitchenSink } from './inventories.ts'

let toy: Toy
beforeAll(async () => {
  toy = await toyHost()
  for (const card of ['eth0', 'eth1', 'eth2']) toy.addLink(card)
})
afterAll(() => toy.close())

const sh = (script: string): Said => toy.run(['sh', '-c', script])

/** What a task still has to change on the toy, as the router lb1, by its own questions. */
const changes = (task: Task, cluster: Cluster): readonly Change[] =>
  task
    .resources({ cluster, host: routerOf(cluster, 'lb1'), platform: debianPlatform })
    .flatMap((resource) => {
      const asked = Object.entries(resource.probe).map(([name, ask]) => [name, sh(ask.text)])
      return resource.judge(Object.fromEntries(asked) as Readonly<Record<string, Said>>)
    })

const apply = (task: Task, cluster: Cluster): readonly Said[] =>
  changes(task, cluster).map(({ run }) => sh(run.text))

it.each([
  'guide-keepalived',
  'guide-direct',
  'guide-marks',
  'guide-network',
  'dual-stack',
  'everything',
  'checks',
])('keepalived itself finds nothing wrong with %s', (golden) => {
  const text = readFileSync(new URL(`golden/${golden}.conf`, import.meta.url), 'utf8')
  toy.write('/tmp/keepalived.conf', text)
  const said = toy.run(['keepalived', '-t', '-f', '/tmp/keepalived.conf'])
  expect(said).toEqual({ exit: 0, out: '', err: '' })
})

describe('the kitchen sink', () => {
  const path = '/etc/keepalived/keepalived.conf'
  const wished = clusterOf(kitchenSink)

  it('is refused while its scripts are not there', () => {
    const [said] = apply(keepalived_conf, wished)
    expect(said?.exit).not.toBe(0)
    expect(said?.err).toContain('/etc/keepalived/scripts/notify.sh is no program here')
    expect(sh(`[ -e ${path} ]`).exit).toBe(1)
  })

  it('is taken without a word once they are', () => {
    const quiet = { exit: 0, out: '', err: '' }
    expect(apply(keepalived_scripts, wished)).toEqual([quiet, quiet])
    expect(apply(keepalived_conf, wished)).toEqual([quiet])
    expect(toy.run(['keepalived', '-t'])).toEqual(quiet)
    expect(sh('stat -c "%U:%G %a" /etc/keepalived/scripts/*').out).toBe(
      'root:root 755\nroot:root 755\n',
    )
    for (const task of [keepalived_scripts, keepalived_conf])
      expect(changes(task, wished)).toEqual([])
  })

  it('runs its scripts as root only: keepalived 2.2.7 cannot test another user', () => {
    const text = kitchenSink.replace('    vrrp_version 2\n', '    script_user nobody\n')
    const [said] = apply(keepalived_conf, clusterOf(text))
    const isThatOne = sh('keepalived -v 2>&1').out.includes('v2.2.7 ')
    expect(said?.err.includes('leave script_user out')).toBe(isThatOne)
    expect(said?.exit).toBe(isThatOne ? 143 : 0)
  })
})
