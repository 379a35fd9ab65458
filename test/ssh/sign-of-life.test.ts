import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { aliveSeconds, giveUpSeconds, liveness } from '../../src/engine/liveness.ts'
import { patience } from '../../src/engine/patience.ts'
import { patienceOf, signOfLife } from '../../src/ssh/sign-of-life.ts'

describe('a run and its hosts agree on when it is no more', () => {
  it('it has given up its connection before another takes its lock', () => {
    expect(giveUpSeconds * 1000).toBeLessThan(liveness.deadMs)
    expect(liveness.deadMs).toBeLessThan(liveness.stoppedMs)
  })
  it('its kernel is listened to for longer than between two of its probes, and some that are lost', () => {
    expect(liveness.sampleSeconds).toBeGreaterThan(aliveSeconds + 5)
  })
  it('it has given up a wire that was cut while its guard still waits for a new one', () => {
    expect(giveUpSeconds).toBeLessThanOrEqual(patience.guardSeconds / 2)
  })
  it('another that listens does not fall silent itself for too long', () => {
    expect(liveness.sampleSeconds + 30).toBeLessThan(patience.probeMs / 1000)
  })
})

describe('the sign of life', () => {
  it.each([
    ['absent', undefined, undefined, 5, 3],
    ['never', 0, undefined, 5, 3],
    ['never', 0, 9, 5, 3],
    ['later', 60, undefined, 5, 3],
    ['once in an hour, and one will do', 3600, 1, 5, 3],
    ['for ever', 5, 0, 5, 3],
    ['sooner', 2, undefined, 2, 3],
    ['sooner, and as long', 1, 60, 1, 19],
    ['for a shorter time', 5, 1, 5, 1],
    ['for a shorter time', 7, 1, 5, 1],
  ])('%s in ssh_config: %s, %s', (_, interval, countMax, every, count) => {
    expect(signOfLife({ serverAliveInterval: interval, serverAliveCountMax: countMax })).toEqual({
      serverAliveInterval: every,
      serverAliveCountMax: count,
    })
  })

  it('is never given up later than others wait for it, nor than ssh_config says', () => {
    const number = fc.option(fc.oneof(fc.nat({ max: 30 }), fc.nat()), { nil: undefined })
    fc.assert(
      fc.property(number, number, (interval, countMax) => {
        const found = signOfLife({ serverAliveInterval: interval, serverAliveCountMax: countMax })
        const { serverAliveInterval: every, serverAliveCountMax: count } = found
        expect(every).toBeGreaterThan(0)
        expect(every).toBeLessThanOrEqual(aliveSeconds)
        expect(count).toBeGreaterThan(0)
        const said = patienceOf(interval ?? 5, countMax ?? 3)
        // One answer at least is waited for.
        expect(patienceOf(every, count)).toBeLessThanOrEqual(
          Math.max(2 * every, Math.min(giveUpSeconds, said)),
        )
      }),
    )
  })
})
