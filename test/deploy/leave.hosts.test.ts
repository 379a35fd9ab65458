import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { jsonLines } from './sites.ts'
import { openSite, type Ran, type Site } from './site.ts'

const conf = '/etc/keepalived/keepalived.conf'

const changed = (ran: Ran): unknown => jsonLines(ran).at(-1)?.changed

describe('a cluster that real servers leave', () => {
  let site: Site
  let bare: string

  const state = (name: string): string =>
    site
      .host(name)
      .run(['sh', '-c', 'find /etc/sysconfig /var/lib/lbprov -type f; ip -o -4 addr; ip route']).out

  const withoutRs2 = (text: string): string => text.replace(/^ {2}rs2: .*\n/m, '')

  beforeAll(async () => {
    site = await openSite(['lb1', 'lb2', 'rs1', 'rs2'])
    bare = state('rs2')
    expect(await site.lbprov('apply', site.inventory(), '--yes')).toMatchObject({ exit: 0 })
  })
  afterAll(() => site.close())

  it('are drained until they are undrained, whatever is applied in between', async () => {
    const inventory = site.inventory()
    const before = site.host('lb1').read(conf)
    const drained = await site.lbprov('drain', inventory, 'rs2', '--timeout', '1')
    expect(drained).toMatchObject({ exit: 0 })
    expect(drained.out).toContain('rs2 is drained: no router sends to it')
    for (const name of ['lb1', 'lb2']) {
      expect(site.host(name).read(conf)).toMatch(/real_server 10.11.12.22 80 \{\n\s+weight 0\n/)
    }
    const again = await site.lbprov('apply', inventory, '--yes', '--json')
    expect(changed(again)).toBe(0)
    expect(await site.lbprov('undrain', inventory, 'rs2')).toMatchObject({ exit: 0 })
    expect(site.host('lb1').read(conf)).toBe(before)
    expect(changed(await site.lbprov('apply', inventory, '--yes', '--json'))).toBe(0)
  })

  it('cannot be drained where the inventory wishes more than that', async () => {
    const weights = site.inventory((text) => text.replace('scheduler: wrr', 'scheduler: wlc'))
    const ran = await site.lbprov('drain', weights, 'rs2')
    expect(ran.exit).toBe(2)
    expect(ran.err).toContain('drain changes nothing else')
  })

  it('must be called by their names', async () => {
    const ran = await site.lbprov('drain', site.inventory(), 'rs22')
    expect(ran.exit).toBe(2)
    expect(ran.err).toContain('There is no real server "rs22" in any pool; did you mean "rs2"?')
  })

  it('are not removed while they are in the inventory, or the routers still send there', async () => {
    const still = await site.lbprov('remove', site.inventory(), 'rs2', '--yes')
    expect(still.exit).toBe(2)
    expect(still.err).toContain('rs2 is still in')
    const early = await site.lbprov('remove', site.inventory(withoutRs2), 'rs2', '--yes')
    expect(early.exit).toBe(2)
    expect(early.err).toContain('first, then remove it')
  })

  it('are named by the apply that takes them out, and are left as they were found', async () => {
    const inventory = site.inventory(withoutRs2)
    expect(await site.lbprov('apply', inventory, '--yes')).toMatchObject({ exit: 0 })
    const told = await site.lbprov('apply', inventory, '--yes')
    expect(told.err).toMatch(
      /rs2 \(root@127.0.0.1 port \d+, as lb1 and lb2 remember\) left the inventory, and still has what lbprov wrote there/,
    )
    expect(await site.lbprov('remove', inventory, 'rs2', '--yes')).toMatchObject({ exit: 0 })
    expect(state('rs2')).toBe(bare)
    const after = await site.lbprov('apply', inventory, '--yes')
    expect(after.err).not.toContain('left the inventory')
    const twice = await site.lbprov('remove', inventory, 'rs2', '--yes')
    expect(twice.exit).toBe(2)
    expect(twice.err).toContain('No router of toys remembers a host "rs2"')
  })

  it('is known to the history of its controller', async () => {
    const { exit, out } = await site.lbprov('history')
    expect(exit).toBe(0)
    expect(out).toMatch(/toys +remove +rs2 \d+/)
    expect(out).toMatch(/toys +drain rs2 +lb/)
  })

  it('has what somebody edited shown as such, and what nobody wishes left where it was edited', async () => {
    const lb1 = site.host('lb1')
    const ifcfg = '/etc/sysconfig/network-scripts/ifcfg-eth0'
    lb1.write(ifcfg, `${lb1.read(ifcfg)}MTU=1400\n`)
    const inventory = site.inventory(withoutRs2)
    const plan = await site.lbprov('apply', inventory, '--dry-run')
    expect(plan.out).toContain(`~ ${ifcfg}  (changed on the host since lbprov wrote it)`)
    const gone = await site.lbprov('destroy', inventory, '--yes')
    expect(gone.exit).toBe(0)
    expect(gone.err).toContain(`${ifcfg} was edited since lbprov wrote it, so it is left`)
    expect(lb1.read(ifcfg)).toContain('MTU=1400')
    expect(lb1.run(['ls', '/var/lib/lbprov']).exit).not.toBe(0)
  })
})
