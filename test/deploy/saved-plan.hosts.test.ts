import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { stripped } from './shown.ts'
import { isBare, jsonLines, open } from './sites.ts'

describe('a saved plan', () => {
  it('is followed without a question, and holds no secret', async () => {
    const site = await open()
    const plan = join(site.home, 'plan.json')
    expect((await site.lbprov('plan', site.inventory(), '-o', plan)).exit).toBe(0)
    expect(isBare(site, 'lb1')).toBe(true)
    expect(readFileSync(plan, 'utf8')).not.toContain('passw123')
    expect(readFileSync(plan, 'utf8')).toContain('auth_pass •••')
    expect((await site.lbprov('apply', site.inventory(), '--plan', plan)).exit).toBe(0)
    expect(isBare(site, 'lb1')).toBe(false)
    expect(site.host('lb1').read('/etc/keepalived/keepalived.conf')).toContain('auth_pass passw123')
  })

  it('is refused when a host has moved, and nothing is changed', async () => {
    const site = await open()
    const plan = join(site.home, 'plan.json')
    await site.lbprov('plan', site.inventory(), '-o', plan)
    site.host('lb1').run(['sysctl', '-qw', 'net.ipv4.ip_forward=1'])
    const ran = await site.lbprov('apply', site.inventory(), '--plan', plan)
    expect(ran.exit).toBe(1)
    expect(stripped(ran.out)).toMatchInlineSnapshot(`
      "✘ lb1: no longer as when /tmp/site/plan.json was made, so the plan is refused and nothing was changed; look at the differences with "lbprov plan", and save a new one.
      0 changed, 1 failed, 1 not begun · N s · nothing was changed
      "
    `)
    const json = await site.lbprov('apply', site.inventory(), '--plan', plan, '--json')
    expect(jsonLines(json).filter(({ type }) => type === 'failed')).toHaveLength(1)
    expect(jsonLines(json).some(({ type }) => type === 'change')).toBe(false)
    expect(jsonLines(json).at(-1)).toEqual({
      type: 'summary',
      changed: 0,
      unchanged: expect.any(Number) as number,
      failed: 1,
      unreachable: 0,
      hosts: { lb1: { changed: 0, status: 'failed' }, rs1: { changed: 0, status: 'not-begun' } },
    })
    expect([isBare(site, 'lb1'), isBare(site, 'rs1')]).toEqual([true, true])
  })

  it('is refused for another inventory, other words, and as no plan at all', async () => {
    const site = await open()
    const plan = join(site.home, 'plan.json')
    await site.lbprov('plan', site.inventory(), '-o', plan)
    const other = site.inventory((text) => text.replace('wrr', 'rr'))
    expect(await site.lbprov('apply', other, '--plan', plan)).toEqual({
      exit: 2,
      out: '',
      err: `${plan}: the inventory or the playbook has changed since this plan was made; make a new one with "lbprov plan".\n`,
    })
    expect(
      await site.lbprov('apply', site.inventory(), '--plan', plan, '--limit', 'lb1'),
    ).toMatchObject({
      exit: 2,
      err: '--plan: the plan says itself which hosts and phases it is for; leave out --limit and --phase.\n',
    })
    writeFileSync(plan, '{}')
    expect(await site.lbprov('apply', site.inventory(), '--plan', plan)).toMatchObject({
      exit: 2,
      err: `${plan}: this is no plan; make one with "lbprov plan INVENTORY -o ${plan}".\n`,
    })
    expect(site.host('lb1').connections).toBe(1)
  })
})
