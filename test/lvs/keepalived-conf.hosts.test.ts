import { readFileSync } from 'node:fs'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { whereWritten } from '../../src/engine/written.ts'
import type { Cluster } from '../../src/inventory/cluster.ts'
import { keepalived_conf } from '../../src/lvs/keepalived_conf.ts'
import { keepalived_scripts } from '../../src/lvs/keepalived_scripts.ts'
import { nothingRemembered, type Task } from '../../src/lvs/task.ts'
import { debianPlatform } from '../../src/platform.ts'
import type { Change } from '../../src/resource.ts'
import type { Answer } from '../../src/sh/answer.ts'
import { judgeOn, trip } from '../resources/on-host.ts'
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
    .resources({
      ...nothingRemembered,
      cluster,
      host: routerOf(cluster, 'lb1'),
      platform: debianPlatform,
    })
    .flatMap((resource) => judgeOn(toy, resource))

const done = ({ run }: Change): Answer | undefined => trip(toy, [run])[0]

const apply = (task: Task, cluster: Cluster): readonly (Answer | undefined)[] =>
  changes(task, cluster).map(done)

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

  it('keeps what was there, for root alone', () => {
    const before = toy.read(path)
    const quiet = { exit: 0, out: '', err: '' }
    const other = kitchenSink.replace('delay_loop: 10', 'delay_loop: 11')
    expect(apply(keepalived_conf, clusterOf(other))).toEqual([quiet])
    expect(toy.read('/var/lib/lbprov/keepalived.conf.before')).toBe(before)
    expect(sh('stat -c "%a %n" /var/lib/lbprov/*').out).toBe(
      '600 /var/lib/lbprov/keepalived.conf.before\n',
    )
    expect(toy.read(path)).not.toBe(before)
    expect(apply(keepalived_conf, wished)).toEqual([quiet])
  })

  it('says where in the inventory a line was written that keepalived does not take', () => {
    const before = toy.read(path)
    const bad = kitchenSink
      .replace('    vrrp_version 2\n', '    vrrp_version 2\n    no_such_word 1\n')
      .replace('      quorum_down', '      no_such_thing x\n      quorum_down')
    const [change] = changes(keepalived_conf, clusterOf(bad))
    if (change === undefined) throw new Error('nothing to change')
    const said = done(change)
    expect(said?.exit).not.toBe(0)
    const written = bad.split('\n')
    const found = whereWritten(change, said?.err ?? '').map(
      (sentence) => /^Line \d+ is inventory\/inventory.yaml:(\d+):(\d+)\.$/.exec(sentence) ?? [],
    )
    const words = found.map(([, line, column]) =>
      written[Number(line) - 1]?.slice(Number(column) - 1),
    )
    expect(new Set(words)).toEqual(new Set(['no_such_word 1', 'no_such_thing x']))
    expect(toy.read(path)).toBe(before)
  })

  it('runs its scripts as root only: keepalived 2.2.7 cannot test another user', () => {
    const text = kitchenSink.replace('    vrrp_version 2\n', '    script_user nobody\n')
    const [said] = apply(keepalived_conf, clusterOf(text))
    const isThatOne = sh('keepalived -v 2>&1').out.includes('v2.2.7 ')
    expect(said?.err.includes('leave script_user out')).toBe(isThatOne)
    expect(said?.exit).toBe(isThatOne ? 143 : 0)
  })
})
