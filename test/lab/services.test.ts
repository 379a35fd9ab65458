import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { askDns, fetchFtp, type FtpMode } from './clients.ts'
import { apply, edited, on } from './controller.ts'
import { powerCutUnder } from './failover.ts'
import { poolsFilled } from './ipvs.ts'
import { openLab, type Lab } from './lab.ts'
import { tally } from './requests.ts'
import { clients, servicesTopology } from './topology.ts'

const inventory = 'inventory/services.yaml'
const vip = '203.0.113.10'
const url = `http://${vip}/`
const modes: readonly FtpMode[] = ['passive', 'extended', 'active']

/** Services of several ports through NAT: marks, FTP, DNS. */
describe('the cluster of inventory/services.yaml', () => {
  let lab: Lab

  /** Each client's real server, by all that it asks of the web. */
  const webServers = (): Promise<readonly (readonly string[])[]> =>
    Promise.all(
      clients[4].map(async (from) => {
        const plain = await tally(lab, url, 3, { from })
        const other = await tally(lab, `http://${vip}:443/`, 3, { from })
        return [...new Set([...Object.keys(plain), ...Object.keys(other)])]
      }),
    )

  /** Fetches a file by every mode, from every client: who served it, each once. */
  const fileServers = async (by = modes): Promise<readonly (string | undefined)[]> => {
    const servers: (string | undefined)[] = []
    for (const from of clients[4]) {
      const fetched = []
      for (const mode of by) fetched.push({ mode, ...(await fetchFtp(lab, vip, mode, { from })) })
      expect(fetched.filter(({ server }) => server === undefined)).toEqual([])
      // Control and data, now and later: a client stays with its real server.
      expect(new Set(fetched.map(({ server }) => server)).size).toBe(1)
      servers.push(fetched[0]?.server)
    }
    return servers
  }

  beforeAll(async () => {
    lab = openLab({ name: 'services', machines: servicesTopology })
    await lab.down()
    await lab.up()
  })
  afterAll(() => lab.down())

  it('comes to life by one apply, and is left alone by the next', async () => {
    const { summary, stdout } = await apply(lab, inventory)
    expect(summary, stdout).toMatchObject({ failed: 0, unreachable: 0 })
    expect((await apply(lab, inventory)).summary).toMatchObject({ changed: 0, failed: 0 })
    await poolsFilled(lab, 'lb1', 6)
  })

  it('gives both ports of a client to one real server, and clients to both', async () => {
    const servers = await webServers()
    expect(servers.map(({ length }) => length)).toEqual([1, 1, 1, 1])
    expect([...new Set(servers.flat())].sort()).toEqual(['rs1', 'rs2'])
  })

  it('serves files by FTP, passive and active, through the real server of the client', async () => {
    expect([...new Set(await fileServers())].sort()).toEqual(['rs1', 'rs2'])
  })

  it('serves passive FTP without the rule for active FTP', async () => {
    const passive = edited(
      lab,
      'passive',
      (text) => text.replace(', active: true }', ' }'),
      inventory,
    )
    const { summary, stdout } = await apply(lab, passive)
    expect(summary, stdout).toMatchObject({ failed: 0, unreachable: 0 })
    expect(await on(lab, 'lb1', 'iptables-save -t nat')).not.toContain('MASQUERADE')
    await fileServers(['passive', 'extended'])
    expect((await apply(lab, inventory)).summary).toMatchObject({ failed: 0 })
  })

  it('balances names by UDP', async () => {
    expect(await askDns(lab, vip, 10)).toEqual({ rs1: 5, rs2: 5 })
  })

  it('has all that on the other router too, and after a power cut', async () => {
    for (const outage of await powerCutUnder(lab, 'lb1', [url])) {
      expect(outage).toBeLessThan(4000)
    }
    expect((await webServers()).map(({ length }) => length)).toEqual([1, 1, 1, 1])
    await fileServers()
    expect(await askDns(lab, vip, 10)).toEqual({ rs1: 5, rs2: 5 })
    await lab.machine('lb1').boot()
    await poolsFilled(lab, 'lb1', 6)
    // It takes the VIP back by itself, and a file that is on its way then would be lost.
    await on(lab, 'lb1', `until ip -o addr | grep -q ' ${vip}/'; do sleep 0.2; done`)
    await fileServers()
    expect((await apply(lab, inventory)).summary).toMatchObject({ changed: 0, failed: 0 })
  })
})
