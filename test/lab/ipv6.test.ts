import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { apply, on } from './controller.ts'
import { powerCutUnder } from './failover.ts'
import { ipvsStatsAfter, packetsBack, poolsFilled } from './ipvs.ts'
import { openLab, type Lab } from './lab.ts'
import { tally } from './requests.ts'
import { clients } from './topology.ts'

const inventory = 'inventory/nat-ipv6.yaml'
const urls = ['http://203.0.113.10/', 'http://[2001:db8:113::10]/']

/** NAT in both families, on the machines of the NAT lab. */
describe('the NAT cluster of inventory/nat-ipv6.yaml', () => {
  let lab: Lab

  const answered = async (from?: string): Promise<void> => {
    for (const url of from === undefined ? urls : urls.slice(1)) {
      const options = from === undefined ? {} : { from }
      expect(await tally(lab, url, 10, options)).toEqual({ rs1: 5, rs2: 5 })
    }
  }

  beforeAll(async () => {
    lab = openLab({ name: 'ipv6' })
    await lab.down()
    await lab.up(['lb1', 'lb2', 'rs1', 'rs2'])
  })
  afterAll(() => lab.down())

  it('comes to life by one apply, and is left alone by the next', async () => {
    const { summary, stdout } = await apply(lab, inventory)
    expect(summary, stdout).toMatchObject({ failed: 0, unreachable: 0 })
    expect((await apply(lab, inventory)).summary).toMatchObject({ changed: 0, failed: 0 })
  })

  it('answers through both VIPs, and the answers come back through the router', async () => {
    await poolsFilled(lab, 'lb1', 4)
    await answered()
    // From another network too: through the routers' own gateway.
    await answered(clients[6][0])
    await answered('2001:db8:198::1')
    expect(packetsBack(await ipvsStatsAfter(lab, 'lb1', 40))).toBeGreaterThan(0)
  })

  it('survives a power cut of the active router within 4 s, in both families', async () => {
    for (const outage of await powerCutUnder(lab, 'lb1', urls)) {
      expect(outage).toBeLessThan(4000)
    }
    await lab.machine('lb1').boot()
  })

  it('comes back by itself when all machines lose their power', async () => {
    const machines = lab.machines.filter((machine) => machine.isOn())
    await Promise.all(machines.map((machine) => machine.powerCut()))
    await Promise.all(machines.map((machine) => machine.boot()))
    await on(
      lab,
      'lb1',
      'until ip -o addr show dev eth0 | grep -q 2001:db8:113::10; do sleep 0.2; done',
    )
    await poolsFilled(lab, 'lb1', 4)
    await answered()
    expect((await apply(lab, inventory)).summary).toMatchObject({ changed: 0, failed: 0 })
  })
})
