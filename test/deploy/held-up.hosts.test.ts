import { afterAll, beforeAll, expect, it } from 'vitest'

import { openSite, type Site } from './site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite(['lb1', 'rs1', 'rs2'])
})
afterAll(() => site.close())

// Nobody listens on a toy: no real server can be asked whether it answers.
const unasked = (text: string): string =>
  text.replace(/check: .*/, 'check: none\n    protocol: udp')

it('takes nothing away while the routers still need it, whatever holds them up', async () => {
  const marked = site.inventory((text) => unasked(text).replace('port: 80', 'ports: [80, 443]'))
  expect(await site.lbprov('apply', marked, '--yes')).toMatchObject({ exit: 0 })
  const rules = (): string => site.host('lb1').run(['nft', 'list', 'ruleset']).out
  const before = rules()
  expect(before).toMatch(/mark set/)
  await site.host('rs2').refuse()
  const plain = site.inventory(unasked)
  const ran = await site.lbprov('apply', plain, '--yes')
  expect(ran.exit).toBe(1)
  expect(ran.out).toContain('✘ will not begin: rs2 failed')
  // It needs a phase that was itself not begun: no host of its own failed.
  expect(ran.out).toContain('✘ will not begin: "balance" was not done')
  expect(rules()).toBe(before)
  await site.host('rs2').accept()
  expect(await site.lbprov('apply', plain, '--yes')).toMatchObject({ exit: 0 })
  expect(rules()).not.toMatch(/mark set/)
})
