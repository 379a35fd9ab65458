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

const file = '/etc/sysctl.d/90-lbprov-net.ipv4.ip_forward.conf'
const texts = `/proc/sys/net/ipv4/ip_forward\x001\n\0${file}\0net.ipv4.ip_forward = 1\n\0end\x000\0`
const found = 'there \nregular\n.\n'

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
    out: '',
    err: '',
    ...(text.includes('lbprov_text') && { raw: `${found}${found}${texts}` }),
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
