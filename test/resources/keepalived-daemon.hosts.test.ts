import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Resource } from '../../src/resource.ts'
import { keepalived_daemon } from '../../src/resources/keepalived_daemon.ts'
import { sha256 } from '../../src/resources/sha256.ts'
import { advertsOf } from '../../src/resources/vrrp-adverts.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { applyOn, judgeOn, runOn, shells } from './on-host.ts'

const path = '/etc/keepalived/keepalived.conf'
const note = '/run/lbprov/keepalived.stood-down'
const vip = '203.0.113.10'
const conf = (id: number): string =>
  `vrrp_instance public {\n    virtual_router_id ${String(id)}\n    virtual_ipaddress {\n        ${vip}/32 dev eth0\n    }\n}\n`

const wish = (part: 'run' | 'stand_down', text: string): Resource =>
  keepalived_daemon.bind({
    part,
    conf: { path, sha256: sha256(text) },
    adverts: advertsOf(text).sum,
    vips: [vip],
    table: [],
    routers: 2,
  })

let toy: Toy
const script = (text: string): string => toy.run(['sh', '-c', text]).out
const isActive = (): boolean => toy.run(['systemctl', 'is-active', 'keepalived']).exit === 0
const until = (condition: string): boolean =>
  toy.run(['timeout', '40', 'sh', '-c', `until ${condition}; do sleep 0.1; done`]).exit === 0
const watchers = "ps -e -o args= | grep -q '[k]eepalived-watcher.sh'"
const after = (resource: Resource): readonly (string | undefined)[] =>
  judgeOn(toy, resource).map((change) => change.after)
const calls = (verb: string): number =>
  script('cat /var/log/toy-calls')
    .split('\n')
    .filter((line) => line.startsWith(`systemctl ${verb} `)).length

/** The other router has the VIP, at the far end of the cable. */
const peer = (verb: 'add' | 'del'): void => {
  expect(toy.runOutside(['ip', 'addr', verb, `${vip}/24`, 'dev', 'eth0']).exit).toBe(0)
}

beforeEach(async () => {
  toy = await toyHost()
  toy.addLink('eth0')
  script('ip addr add 203.0.113.9/24 dev eth0')
  peer('add')
  toy.write(path, conf(50))
  applyOn(toy, wish('run', conf(50)))
  expect([isActive(), after(wish('run', conf(50)))]).toEqual([true, []])
})
afterEach(() => toy.close())

describe('a router without a VIP, where what routers say in VRRP changes', () => {
  const stop = (): void => {
    expect(applyOn(toy, wish('stand_down', conf(51)))).toHaveLength(1)
    expect(isActive()).toBe(false)
  }

  it.each(shells)('stands down and comes back with the new file, in %s', (...shell) => {
    applyOn(toy, wish('stand_down', conf(51)), shell)
    expect([isActive(), after(wish('stand_down', conf(51)))]).toEqual([false, []])
    expect(until(watchers)).toBe(true)
    toy.write(path, conf(51))
    applyOn(toy, wish('run', conf(51)), shell)
    expect([isActive(), after(wish('run', conf(51)))]).toEqual([true, []])
    expect(until(`! ${watchers}`)).toBe(true)
    expect(calls('start')).toBe(0)
  })

  it('does not, where only other things change', () => {
    expect(after(wish('stand_down', `${conf(50)}# other things\n`))).toEqual([])
  })

  it('starts by itself once the VIP answers no more', () => {
    stop()
    peer('del')
    expect(until('systemctl -q is-active keepalived')).toBe(true)
    expect(toy.run(['test', '-e', note]).exit).toBe(1)
    expect(until(`! ${watchers}`)).toBe(true)
  })

  it('stays stopped while the VIP answers, though nobody is left to start it', () => {
    stop()
    script('sleep 9')
    expect([isActive(), toy.run(['test', '-e', note]).exit]).toEqual([false, 0])
  })

  it('is not stopped when the VIP came to it since it was asked', () => {
    const [change] = judgeOn(toy, wish('stand_down', conf(51)))
    peer('del')
    script(`ip addr add ${vip}/32 dev eth0`)
    expect(() => runOn(toy, change === undefined ? [] : [change.run])).toThrow(
      `The VIP ${vip} has come to this router since it was asked`,
    )
    expect(isActive()).toBe(true)
  })

  it('is watched by the clock alone where no VIP answers a ping', () => {
    peer('del')
    stop()
    expect(script("ps -e -o args= | grep '[k]eepalived-watcher.sh'")).toMatch(/ 60\n/)
  })
})

describe('a new file', () => {
  const former = '/var/lib/lbprov/keepalived.conf.before'
  const replace = (): void => {
    toy.write(former, conf(50))
    toy.write(path, conf(51))
    script(`ip addr add ${vip}/32 dev lo; ip addr add 203.0.113.77/32 dev eth0`)
  }
  // Whoever holds the VIP is reloaded, not stopped.
  const held = (text: string): Resource =>
    keepalived_daemon.bind({
      part: 'run',
      conf: { path, sha256: sha256(text) },
      adverts: advertsOf(text).sum,
      vips: ['203.0.113.77'],
      table: [],
      routers: 2,
    })

  it('is read by a reload, and noted', () => {
    replace()
    expect(applyOn(toy, held(conf(51))).map((change) => change.after)).toEqual(['reloaded'])
    expect([calls('reload'), after(held(conf(51)))]).toEqual([1, []])
  })

  it('that is refused is replaced by the former one', () => {
    replace()
    toy.write('/var/lib/toy/refuse/reload-keepalived', '')
    const [change] = judgeOn(toy, held(conf(51)))
    expect(() => runOn(toy, change === undefined ? [] : [change.run])).toThrow(
      `The former ${path} is back in its place, and keepalived runs with it.`,
    )
    expect([toy.read(path), isActive()]).toEqual([conf(50), true])
    expect(after(held(conf(51)))).toEqual(['reloaded'])
  })

  it('that keepalived dies of is replaced by the former one (E26)', () => {
    replace()
    const [change] = judgeOn(toy, held(conf(51)))
    script(
      `pid=$(systemctl show -p MainPID keepalived | cut -d= -f2)
      { until grep -q '^systemctl reload ' /var/log/toy-calls; do sleep 0.05; done; kill -9 $pid; } </dev/null >/dev/null 2>&1 &`,
    )
    expect(() => runOn(toy, change === undefined ? [] : [change.run])).toThrow(
      /keepalived ended once it had read[^]*is back in its place, and keepalived runs with it\./,
    )
    expect([toy.read(path), isActive()]).toEqual([conf(50), true])
  })

  it('is read again where a VIP got lost by the first time', () => {
    replace()
    const [change] = judgeOn(toy, held(conf(51)))
    script(
      `{ until grep -q '^systemctl reload ' /var/log/toy-calls; do sleep 0.05; done; ip addr del 203.0.113.77/32 dev eth0
      until [ "$(grep -c '^systemctl reload ' /var/log/toy-calls)" = 2 ]; do sleep 0.05; done; ip addr add 203.0.113.77/32 dev eth0; } </dev/null >/dev/null 2>&1 &`,
    )
    runOn(toy, change === undefined ? [] : [change.run])
    expect([calls('reload'), after(held(conf(51)))]).toEqual([2, []])
  })
})

describe('what lbprov does not run any more', () => {
  it('is stopped and not started at boot, as it was found', () => {
    const entry = wish('run', conf(50)).remember({
      unit: {
        exit: 0,
        out: 'LoadState=loaded\nActiveState=inactive\nUnitFileState=disabled\nCanReload=yes\n',
        err: '',
      },
      ...Object.fromEntries(
        ['files', 'changed', 'daemon', 'note', 'conf', 'cards', 'table', 'ticks'].map((part) => [
          part,
          { exit: 0, out: '', err: '' },
        ]),
      ),
    })
    if (entry === undefined) throw new Error('it remembers nothing')
    const orphan = keepalived_daemon.orphan(JSON.parse(JSON.stringify(entry)) as typeof entry)
    expect(applyOn(toy, orphan).map((change) => change.after)).toEqual([
      'stopped',
      'not started at boot',
    ])
    expect([isActive(), judgeOn(toy, orphan)]).toEqual([false, []])
  })
})
