import { expect, it } from 'vitest'

import { changeStep } from '../../src/engine/ask.ts'
import { lines, sh } from '../../src/sh/sh.ts'
import { makeTrip } from '../../src/ssh/trip.ts'
import { change } from '../ui/plan-of.ts'

/** How a sentence ends about a trip that was cut once it had begun. */
const cut = (...steps: Parameters<typeof makeTrip>[0]): string => {
  const trip = makeTrip(steps, 'ssh')
  const [mark = ''] = /\b[\da-f]{32}\b/.exec(trip.script()) ?? []
  trip.hear('err', Buffer.from(`\n${mark} begin\n`))
  return trip.doing()
}

it('a change that was cut is called by its own name, whatever it runs first', () => {
  const run = lines(sh`( umask 077; mkdir -p /var/lib/lbprov || exit 1`, sh`)`, sh`sysctl -qw a=1`)
  expect(cut(changeStep(change('a, live', { run })))).toBe(' in step 1 of 1 (a, live)')
  expect(cut({ run }, changeStep(change('a, live')))).toBe(
    ' in step 1 of 2 (( umask 077; mkdir -p /var/lib/lbprov || exit 1)',
  )
})
