import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { claimants, watchArp, type ArpWatcher, type Claim } from './arp-watcher.ts'
import { askDns } from './clients.ts'
import { apply, on, written } from './controller.ts'
import { powerCutUnder } from './failover.ts'
import { directInventory, shop } from './inventories.ts'
import { ipvsStatsAfter, packetsBack, poolsFilled } from './ipvs.ts'
import { openLab, type Lab } from './lab.ts'
import { stream, tally } from './requests.ts'
import { clients, directTopology, withFirewalld } from './topology.ts'

const vips = [shop[4], shop[6]]
// Four services (the web has two VIPs) of three real servers.
const places = 12

/** Direct routing, from bare machines to a failover; each claim stands on those before it. */
describe('a direct-routing cluster in both families', () => {
  let lab: Lab

  const inventory = (...methods: Parameters<typeof directInventory>): string =>
    written(lab, methods.join('-'), directInventory(...methods))

  /** What is claimed while something happens, heard from before it until the network is asked once more after it. */
  const watched = async (
    work: (watcher: ArpWatcher) => Promise<void>,
  ): Promise<readonly Claim[]> => {
    const watcher = await watchArp(lab, 'public', vips)
    await work(watcher)
    const since = Date.now()
    await Promise.all(
      vips.map((vip) => watcher.next((claim) => claim.address === vip && claim.time > since)),
    )
    return watcher.stop()
  }

  const onlyBy = (router: string): Readonly<Record<string, readonly string[]>> =>
    Object.fromEntries(vips.map((vip) => [vip, [router]]))

  const claimed = (claims: readonly Claim[]): Readonly<Record<string, readonly string[]>> =>
    Object.fromEntries(vips.map((vip) => [vip, claimants(claims, vip)]))

  const answered = async (): Promise<void> => {
    for (const url of shop.urls) {
      expect(await tally(lab, url, 12)).toEqual({ rs1: 4, rs2: 4, rs3: 4 })
    }
  }

  beforeAll(async () => {
    lab = openLab({ name: 'direct', machines: withFirewalld(directTopology, 'rs3') })
    await lab.down()
    await lab.up()
  })
  afterAll(() => lab.down())

  it('comes to life by one apply, and no real server ever claims a VIP', async () => {
    const wish = inventory('arptables', 'sysctl', 'firewalld')
    const claims = await watched(async (watcher) => {
      const { summary, stdout } = await apply(lab, wish)
      expect(summary, stdout).toMatchObject({ failed: 0, unreachable: 0 })
      await poolsFilled(lab, 'lb1', places)
      await Promise.all(
        vips.map((vip) =>
          watcher.next((claim) => claim.address === vip && claim.machine === 'lb1'),
        ),
      )
    })
    // Whichever router starts first is the first to be master.
    const others = claims.filter(({ machine }) => machine !== 'lb1' && machine !== 'lb2')
    expect(others).toEqual([])
  })

  it('is answered by every real server, which speak to the client themselves', async () => {
    expect(claimed(await watched(answered))).toEqual(onlyBy('lb1'))
    expect(await askDns(lab, shop[4], 12)).toEqual({ rs1: 4, rs2: 4, rs3: 4 })
    expect(packetsBack(await ipvsStatsAfter(lab, 'lb1', 36))).toBe(0)
  })

  it('leaves everything alone the second time', async () => {
    const { summary } = await apply(lab, inventory('arptables', 'sysctl', 'firewalld'))
    expect(summary).toMatchObject({ changed: 0, failed: 0 })
  })

  it('is the same after a reboot of every real server, with nobody to help', async () => {
    const claims = await watched(async () => {
      await Promise.all(['rs1', 'rs2', 'rs3'].map((name) => lab.machine(name).reboot()))
      await poolsFilled(lab, 'lb1', places)
      await answered()
    })
    expect(claimed(claims)).toEqual(onlyBy('lb1'))
    const { summary } = await apply(lab, inventory('arptables', 'sysctl', 'firewalld'))
    expect(summary).toMatchObject({ changed: 0, failed: 0 })
  })

  it('takes in a bare machine that redirects, which reboots like the others', async () => {
    const wish = inventory('arptables', 'iptables', 'firewalld')
    const claims = await watched(async () => {
      await lab.fresh(['rs2'])
      const { summary, stdout } = await apply(lab, wish)
      expect(summary, stdout).toMatchObject({ failed: 0, unreachable: 0 })
      await poolsFilled(lab, 'lb1', places)
      await answered()
      await lab.machine('rs2').reboot()
      await poolsFilled(lab, 'lb1', places)
      await answered()
    })
    expect(claimed(claims)).toEqual(onlyBy('lb1'))
    expect((await apply(lab, wish)).summary).toMatchObject({ changed: 0, failed: 0 })
  })

  it('changes the way of one real server, and those of the others notice nothing', async () => {
    // A client stays with its real server: whose request fails is known.
    const streams = clients[4]
      .slice(0, 3)
      .map((from) => stream(lab, `http://${shop[4]}:443/`, 100, { from }))
    const homes = await Promise.all(
      streams.map(async ({ next }) => (await next(({ server }) => server !== undefined)).server),
    )
    expect([...homes].sort()).toEqual(['rs1', 'rs2', 'rs3'])
    const claims = await watched(async () => {
      for (const method of ['sysctl', 'iptables', 'arptables'] as const) {
        const wish = inventory(method, 'iptables', 'firewalld')
        const { summary, stdout } = await apply(lab, wish)
        expect(summary.hosts, stdout).toMatchObject({
          lb1: { changed: 0, status: 'unchanged' },
          lb2: { changed: 0, status: 'unchanged' },
          rs1: { status: 'changed' },
          rs2: { changed: 0, status: 'unchanged' },
          rs3: { changed: 0, status: 'unchanged' },
        })
        await answered()
      }
    }).finally(() => Promise.all(streams.map(({ stop }) => stop())))
    expect(claimed(claims)).toEqual(onlyBy('lb1'))
    const wrong = streams.flatMap(({ requests }, index) =>
      requests.filter(({ server }) => homes[index] !== 'rs1' && server !== homes[index]),
    )
    expect(wrong).toEqual([])
    const { summary } = await apply(lab, inventory('arptables', 'iptables', 'firewalld'))
    expect(summary).toMatchObject({ changed: 0, failed: 0 })
    // What the last way does not need is gone.
    expect(await on(lab, 'rs1', 'sysctl -n net.ipv4.conf.eth0.arp_ignore')).toBe('0\n')
    expect(await on(lab, 'rs1', 'iptables-save -t nat; ip6tables-save -t nat')).not.toContain(
      'lbprov',
    )
  })

  it('survives a power cut of the active router within 4 s, in both families', async () => {
    const claims = await watched(async () => {
      for (const outage of await powerCutUnder(lab, 'lb1', shop.urls)) {
        expect(outage).toBeLessThan(4000)
      }
    })
    // The last word of lb1 may have been heard before the cut.
    for (const vip of vips) expect(claimants(claims, vip).at(-1)).toBe('lb2')
    expect(claims.some(({ machine, kind }) => machine === 'lb2' && kind === 'announcement')).toBe(
      true,
    )
    await lab.machine('lb1').boot()
    const { summary } = await apply(lab, inventory('arptables', 'iptables', 'firewalld'))
    expect(summary).toMatchObject({ changed: 0, failed: 0 })
  })
})
