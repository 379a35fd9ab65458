import { describe, expect, it } from 'vitest'

import type { Plan } from '../../src/engine/plan.ts'
import { sizeOf } from '../../src/ui/plan.ts'
import { change, host, plan, shown } from './plan-of.ts'

describe('hosts', () => {
  const same = change('/etc/a', { before: '1', after: '2' })

  it('whose changes read the same stand together, those without any last', () => {
    expect(
      shown(plan(host('rs2', same), host('rs1', same), host('rs3'), host('rs4', change('other')))),
    ).toMatchInlineSnapshot(`
      "
      rs2, rs1
        web       ~ /etc/a  1 → 2
      rs4
        web       + other  there
      rs3 · nothing to do
      "
    `)
  })

  it('of a serial phase are named in their order', () => {
    const serial: Plan = {
      phases: [
        {
          name: 'network',
          serial: undefined,
          needs: [],
          hosts: [host('lb1'), host('lb2'), host('rs1', same)],
        },
        {
          name: 'balance',
          serial: 1,
          needs: ['network'],
          hosts: [host('lb2', same), host('lb1', same)],
        },
      ],
    }
    expect(shown(serial)).toMatchInlineSnapshot(`
      "
      rs1
        network   ~ /etc/a  1 → 2
      lb2, then lb1
        balance   ~ /etc/a  1 → 2
      "
    `)
    expect(sizeOf(serial)).toBe('3 changes on 3 hosts')
  })

  it('are counted once', () => {
    expect(sizeOf(plan(host('rs1', same)))).toBe('1 change on 1 host')
    expect(sizeOf(plan(host('rs1')))).toBe('0 changes on 0 hosts')
  })
})
