import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Resource } from '../../src/resource.ts'
import { file } from '../../src/resources/file.ts'
import type { Toy } from '../toy/toy.ts'
import {
  after,
  calls,
  conf,
  daemon,
  isActive,
  path,
  script,
  standby,
  vip,
} from './keepalived-toy.ts'
import { applyOn, judgeOn, runOn, shells } from './on-host.ts'

let toy: Toy
beforeEach(async () => {
  toy = await standby()
})
afterEach(() => toy.close())

describe('a new file', () => {
  const former = '/var/lib/lbprov/keepalived.conf.before'
  const replace = (): void => {
    toy.write(former, conf(50))
    toy.write(path, conf(51))
    script(toy, `ip addr add ${vip}/32 dev lo; ip addr add 203.0.113.77/32 dev eth0`)
  }
  // Whoever holds the VIP is reloaded, not stopped.
  const held = (text: string): Resource => daemon('run', text, ['203.0.113.77'])

  it('is read by a reload, and noted', () => {
    replace()
    expect(applyOn(toy, held(conf(51))).map((change) => change.after)).toEqual(['reloaded'])
    expect([calls(toy, 'reload'), after(toy, held(conf(51)))]).toEqual([1, []])
  })

  it('that is refused is replaced by the former one', () => {
    replace()
    toy.write('/var/lib/toy/refuse/reload-keepalived', '')
    const [change] = judgeOn(toy, held(conf(51)))
    expect(() => runOn(toy, change === undefined ? [] : [change.run])).toThrow(
      `The former ${path} is back in its place, and keepalived runs with it.`,
    )
    expect([toy.read(path), isActive(toy)]).toEqual([conf(50), true])
    expect(after(toy, held(conf(51)))).toEqual(['reloaded'])
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
      script(toy, `rm -r /run/lbprov; ${next}; systemctl restart keepalived; ${next}`)
    }
    const written = (content: string): void => {
      applyOn(toy, file.bind({ path, content: [content], copy: former }), shell)
      script(toy, `ip addr add ${vip}/32 dev lo; ip addr add 203.0.113.77/32 dev eth0`)
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
      expect([toy.read(path), isActive(toy)]).toEqual([conf(50), true])
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
      toy,
      `pid=$(systemctl show -p MainPID keepalived | cut -d= -f2)
      { until grep -q '^systemctl reload ' /var/log/toy-calls; do sleep 0.05; done; kill -9 $pid; } </dev/null >/dev/null 2>&1 &`,
    )
    expect(() => runOn(toy, change === undefined ? [] : [change.run])).toThrow(
      /keepalived ended once it had read[^]*is back in its place, and keepalived runs with it\./,
    )
    expect([toy.read(path), isActive(toy)]).toEqual([conf(50), true])
  })

  it('is read again where a VIP got lost by the first time', () => {
    replace()
    const [change] = judgeOn(toy, held(conf(51)))
    script(
      toy,
      `{ until grep -q '^systemctl reload ' /var/log/toy-calls; do sleep 0.05; done; ip addr del 203.0.113.77/32 dev eth0
      until [ "$(grep -c '^systemctl reload ' /var/log/toy-calls)" = 2 ]; do sleep 0.05; done; ip addr add 203.0.113.77/32 dev eth0; } </dev/null >/dev/null 2>&1 &`,
    )
    runOn(toy, change === undefined ? [] : [change.run])
    expect([calls(toy, 'reload'), after(toy, held(conf(51)))]).toEqual([2, []])
  })
})
