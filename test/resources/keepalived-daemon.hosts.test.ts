import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { keepalived_daemon } from '../../src/resources/keepalived_daemon.ts'
import type { Sh } from '../../src/sh/sh.ts'
import type { Toy } from '../toy/toy.ts'
import {
  after,
  calls,
  conf,
  daemon,
  isActive,
  path,
  peer,
  script,
  standby,
  vip,
} from './keepalived-toy.ts'
import { applyOn, judgeOn, runOn, shells, trip } from './on-host.ts'

let toy: Toy
const isEnabled = (): boolean => toy.run(['systemctl', 'is-enabled', 'keepalived']).exit === 0
beforeEach(async () => {
  toy = await standby()
})
afterEach(() => toy.close())

describe('a router without a VIP, where what routers say in VRRP changes', () => {
  it.each(shells)('stands down and comes back with the new file, in %s', (...shell) => {
    applyOn(toy, daemon('stand_down', conf(51)), shell)
    expect([isActive(toy), isEnabled(), after(toy, daemon('stand_down', conf(51)))]).toEqual([
      false,
      false,
      [],
    ])
    toy.write(path, conf(51))
    applyOn(toy, daemon('run', conf(51)), shell)
    expect([isActive(toy), isEnabled(), after(toy, daemon('run', conf(51)))]).toEqual([
      true,
      true,
      [],
    ])
    expect(calls(toy, 'start')).toBe(0)
  })

  it.each(shells)('is as it was where that change does not come, in %s', (...shell) => {
    const [change] = judgeOn(toy, daemon('stand_down', conf(51)), shell)
    runOn(toy, change === undefined ? [] : [change.run], shell)
    expect([isActive(toy), isEnabled()]).toEqual([false, false])
    runOn(toy, change?.standsDown === undefined ? [] : [change.standsDown], shell)
    expect([isActive(toy), isEnabled(), after(toy, daemon('run', conf(50)))]).toEqual([
      true,
      true,
      [],
    ])
  })

  it('is not started by a boot, where it did not run', () => {
    script(toy, 'systemctl stop keepalived')
    applyOn(toy, daemon('stand_down', conf(51)))
    expect([isActive(toy), isEnabled()]).toEqual([false, false])
  })

  it('does not, where only other things change', () => {
    expect(after(toy, daemon('stand_down', `${conf(50)}# other things\n`))).toEqual([])
  })

  it('is not stopped when the VIP came to it since it was asked', () => {
    const [change] = judgeOn(toy, daemon('stand_down', conf(51)))
    peer(toy, 'del')
    script(toy, `ip addr add ${vip}/32 dev eth0`)
    expect(() => runOn(toy, change === undefined ? [] : [change.run])).toThrow(
      `The VIP ${vip} has come to this router since it was asked`,
    )
    expect([isActive(toy), isEnabled()]).toEqual([true, true])
  })

  it('ends the watcher of lbprov 0.1, which would start it with the old file', () => {
    toy.write('/run/lbprov/keepalived.stood-down', 'token\n')
    applyOn(toy, daemon('stand_down', conf(51)))
    expect(toy.run(['test', '-e', '/run/lbprov/keepalived.stood-down']).exit).toBe(1)
  })
})

describe('a router of which no other is known', () => {
  const first = (): Sh => {
    script(toy, 'systemctl stop keepalived')
    const adopts = judgeOn(toy, daemon('run', conf(50)))[0]?.adopts
    if (adopts === undefined) throw new Error('it starts without a look')
    return adopts
  }

  it.each(shells)('is not started where a VIP answers, in %s', (...shell) => {
    const [tried] = trip(toy, [first()], shell)
    expect(tried?.exit).toBe(1)
    expect(tried?.err).toContain(
      `Of the VIPs ${vip}, one answers already, so a host that is not known here serves`,
    )
  })

  it.each(shells)('is started where none answers, but its own, in %s', (...shell) => {
    const look = first()
    peer(toy, 'del')
    expect(trip(toy, [look], shell)).toMatchObject([{ exit: 0 }])
    script(toy, `ip addr add ${vip}/32 dev eth0`)
    expect(trip(toy, [look], shell)).toMatchObject([{ exit: 0 }])
  })
})

describe('what lbprov does not run any more', () => {
  it('is stopped and not started at boot, as it was found', () => {
    const entry = daemon('run', conf(50)).remember({
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
    expect([isActive(toy), judgeOn(toy, orphan)]).toEqual([false, []])
  })
})
