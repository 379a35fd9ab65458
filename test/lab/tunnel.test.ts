import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { claimants, watchArp } from './arp-watcher.ts'
import { apply, edited, on } from './controller.ts'
import { inBothFamilies } from './inventories.ts'
import { powerCutUnder } from './failover.ts'
import { ipvsStatsAfter, packetsBack, poolsFilled } from './ipvs.ts'
import { openLab, type Lab } from './lab.ts'
import { tally } from './requests.ts'
import { tunnelTopology } from './topology.ts'

const vips = ['203.0.113.10', '2001:db8:113::10']
const urls = ['http://203.0.113.10/', 'http://[2001:db8:113::10]/']
// One service with two VIPs, two real servers.
const places = 4

/** Real servers behind a gateway, in both families; each claim stands on those before it. */
describe('the tunnel cluster of inventory/tunnel.yaml, with IPv6', () => {
  let lab: Lab
  let inventory: string

  const answered = async (): Promise<void> => {
    for (const url of urls) expect(await tally(lab, url, 10)).toEqual({ rs1: 5, rs2: 5 })
  }

  const received = async (name: string, device: string): Promise<number> =>
    Number(await on(lab, name, `cat /sys/class/net/${device}/statistics/rx_packets`))

  beforeAll(async () => {
    lab = openLab({ name: 'tunnel', machines: tunnelTopology })
    await lab.down()
    await lab.up()
    inventory = edited(lab, 'both', inBothFamilies, 'inventory/tunnel.yaml')
  })
  afterAll(() => lab.down())

  it('comes to life by one apply, and is left alone by the next', async () => {
    const { summary, stdout } = await apply(lab, inventory)
    expect(summary, stdout).toMatchObject({ failed: 0, unreachable: 0 })
    expect((await apply(lab, inventory)).summary).toMatchObject({ changed: 0, failed: 0 })
  })

  it('is answered by both real servers, which got the requests through their tunnels', async () => {
    const watcher = await watchArp(lab, 'public', vips)
    await poolsFilled(lab, 'lb1', places)
    await answered()
    const claims = await watcher.stop()
    for (const vip of vips) expect(claimants(claims, vip)).toEqual(['lb1'])
    expect(packetsBack(await ipvsStatsAfter(lab, 'lb1', 20))).toBe(0)
    for (const name of ['rs1', 'rs2']) {
      expect(await received(name, 'tunl0')).toBeGreaterThan(10)
      expect(await received(name, 'ip6tnl0')).toBeGreaterThan(10)
    }
  })

  it('is the same after a reboot of the real servers, with nobody to help', async () => {
    await Promise.all(['rs1', 'rs2'].map((name) => lab.machine(name).reboot()))
    await poolsFilled(lab, 'lb1', places)
    await answered()
    expect((await apply(lab, inventory)).summary).toMatchObject({ changed: 0, failed: 0 })
  })

  it('survives a power cut of the active router within 4 s, in both families', async () => {
    for (const outage of await powerCutUnder(lab, 'lb1', urls)) {
      expect(outage).toBeLessThan(4000)
    }
  })
})
