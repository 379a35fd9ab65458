import { expect, it } from 'vitest'

import { judge, questions } from '../../src/engine/ask.ts'
import type { Phase } from '../../src/engine/plan.ts'
import { planOf } from '../../src/engine/planning.ts'
import type { Resource } from '../../src/resource.ts'
import { sysctl } from '../../src/resources/sysctl.ts'

const phase = (name: string): Phase => ({
  name,
  hosts: ['lb1'],
  serial: undefined,
  needs: [],
})

const seal = '0a1b2c3d-0000-4000-8000-00000000000f\n'

const forward = (value: string): Resource => sysctl.bind({ key: 'net.ipv4.ip_forward', value })

it('a wish that comes back after another is planned where it stands, each with those before it in mind', () => {
  const wishes = new Map([
    ['first', [forward('1')]],
    ['between', [forward('0')]],
    ['last', [forward('1')]],
  ])
  const resources = [...wishes.values()].flat()
  expect(resources[0]).toBe(resources[2])
  // A host that has the first already, live and saved.
  const answers = questions(resources).map(({ text }) => ({
    exit: 0,
    out: text.includes('boot_id')
      ? `file\nfile\n${seal}1\n${seal}net.ipv4.ip_forward = 1\n${seal}`
      : '',
    err: '',
  }))
  const judged = new Map([['lb1', judge('lb1', resources, answers)]])
  const phases = ['first', 'between', 'last'].map(phase)
  const plan = planOf(phases, new Map([['lb1', wishes]]), judged)
  const live = plan.phases.map(({ hosts }) =>
    hosts.flatMap(({ changes }) =>
      changes
        .filter(({ what }) => what.endsWith('live'))
        .map(({ before, after }) => `${String(before)} → ${String(after)}`),
    ),
  )
  expect(live).toEqual([[], ['1 → 0'], ['0 → 1']])
})
