import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Resource } from '../../src/resource.ts'
import { file } from '../../src/resources/file.ts'
import { keepalived_daemon } from '../../src/resources/keepalived_daemon.ts'
import { sha256 } from '../../src/resources/sha256.ts'
import { vrrpSettings } from '../../src/resources/vrrp-settings.ts'
import type { Sh } from '../../src/sh/sh.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { applyOn, judgeOn, runOn, shells, trip } from './on-host.ts'

const path = '/etc/keepalived/keepalived.conf'
const vip = '203.0.113.10'
const conf = (id: number): string =>
  `vrrp_instance public {\n    virtual_router_id ${String(id)}\n    virtual_ipaddress {\n        ${vip}/32 dev eth0\n    }\n}\n`

const wish = (part: 'run' | 'stand_down', text: string): Resource =>
  keepalived_daemon.bind({
    part,
    conf: { path, sha256: sha256(text) },
    peer: vrrpSettings(text).peer,
    vips: [vip],
    table: [],
    routers: 2,
  })

let toy: Toy
const script = (text: string): string => toy.run(['sh', '-c', text]).out
const isActive = (): boolean => toy.run(['systemctl', 'is-active', 'keepalived']).exit === 0
const isEnabled = (): boolean => toy.run(['systemctl', 'is-enabled', 'keepalived']).exit === 0
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
  it.each(shells)('stands down and comes back with the new file, in %s', (...shell) => {
    applyOn(toy, wish('stand_down', conf(51)), shell)
    expect([isActive(), isEnabled(), after(wish('stand_down', conf(51)))]).toEqual([
      false,
      false,
      [],
    ])
    toy.write(path, conf(51))
    applyOn(toy, wish('run', conf(51)), shell)
    expect([isActive(), isEnabled(), after(wish('run', conf(51)))]).toEqual([true, true, []])
    expect(calls('start')).toBe(0)
  })

  it.each(shells)('is as it was where that change does not come, in %s', (...shell) => {
    const [change] = judgeOn(toy, wish('stand_down', conf(51)), shell)
    runOn(toy, change === undefined ? [] : [change.run], shell)
    expect([isActive(), isEnabled()]).toEqual([false, false])
    runOn(toy, change?.standsDown === undefined ? [] : [change.standsDown], shell)
    expect([isActive(), isEnabled(), after(wish('run', conf(50)))]).toEqual([true, true, []])
  })

  it('is not started by a boot, where it did not run', () => {
    script('systemctl stop keepalived')
    applyOn(toy, wish('stand_down', conf(51)))
    expect([isActive(), isEnabled()]).toEqual([false, false])
  })

  it('does not, where only other things change', () => {
    expect(after(wish('stand_down', `${conf(50)}# other things\n`))).toEqual([])
  })

  it('is not stopped when the VIP came to it since it was asked', () => {
    const [change] = judgeOn(toy, wish('stand_down', conf(51)))
    peer('del')
    script(`ip addr add ${vip}/32 dev eth0`)
    expect(() => runOn(toy, change === undefined ? [] : [change.run])).toThrow(
      `The VIP ${vip} has come to this router since it was asked`,
    )
    expect([isActive(), isEnabled()]).toEqual([true, true])
  })

  it('ends the watcher of lbprov 0.1, which would start it with the old file', () => {
    toy.write('/run/lbprov/keepalived.stood-down', 'token\n')
    applyOn(toy, wish('stand_down', conf(51)))
    expect(toy.run(['test', '-e', '/run/lbprov/keepalived.stood-down']).exit).toBe(1)
  })
})

describe('a router of which no other is known', () => {
  const first = (): Sh => {
    script('systemctl stop keepalived')
    const adopts = judgeOn(toy, wish('run', conf(50)))[0]?.adopts
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
    peer('del')
    expect(trip(toy, [look], shell)).toMatchObject([{ exit: 0 }])
    script(`ip addr add ${vip}/32 dev eth0`)
    expect(trip(toy, [look], shell)).toMatchObject([{ exit: 0 }])
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
      peer: vrrpSettings(text).peer,
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

  it('is not replaced by one that keepalived never read', () => {
    replace()
    toy.write(former, conf(49))
    toy.write('/var/lib/toy/refuse/reload-keepalived', '')
    const [change] = judgeOn(toy, held(conf(51)))
    expect(() => runOn(toy, change === undefined ? [] : [change.run])).toThrow(
      'systemctl reload keepalived failed',
    )
    expect(toy.read(path)).toBe(conf(51))
  })

  // Nothing is noted of a keepalived that a boot or a person started: times tell what it can have read.
  describe.each(shells)('of a keepalived that lbprov did not start, in %s', (...shell) => {
    /** In a second in which nothing of this test has happened yet. */
    const restart = (): void => {
      const next = 'now=$(date +%s); until [ "$(date +%s)" -gt "$now" ]; do :; done'
      script(`rm -r /run/lbprov; ${next}; systemctl restart keepalived; ${next}`)
    }
    const written = (content: string): void => {
      applyOn(toy, file.bind({ path, content: [content], copy: former }), shell)
      script(`ip addr add ${vip}/32 dev lo; ip addr add 203.0.113.77/32 dev eth0`)
      toy.write('/var/lib/toy/refuse/reload-keepalived', '')
    }
    const refused = (): unknown => {
      const [change] = judgeOn(toy, held(conf(51)), shell)
      try {
        runOn(toy, change === undefined ? [] : [change.run], shell)
        return 'nothing was refused'
      } catch (error) {
        return String(error)
      }
    }

    it('is replaced by the former one, which it read', () => {
      restart()
      written(conf(51))
      expect(refused()).toContain(`The former ${path} is back in its place`)
      expect([toy.read(path), isActive()]).toEqual([conf(50), true])
    })

    it('is not replaced by one of an earlier change', () => {
      written(conf(51))
      restart()
      expect(refused()).toContain('systemctl reload keepalived failed')
      expect(toy.read(path)).toBe(conf(51))
    })

    it('is not replaced by one that came after its start', () => {
      restart()
      written(conf(49))
      written(conf(51))
      expect(refused()).toContain('systemctl reload keepalived failed')
      expect(toy.read(path)).toBe(conf(51))
    })
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
