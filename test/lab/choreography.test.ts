import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { apply, lbprov, on, written } from './controller.ts'
import { downloadsFromEach, slowServers, type Download } from './downloads.ts'
import { natCluster, web, type NatWish } from './inventories.ts'
import { poolsFilled } from './ipvs.ts'
import { openLab, type Lab } from './lab.ts'
import { tally } from './requests.ts'
import { choreographyTopology } from './topology.ts'
import { underLoad } from './under-load.ts'

const base: NatWish = { weights: { rs1: 1, rs2: 2 } }
const three: NatWish = { weights: { rs1: 3, rs2: 1, rs3: 1 }, scheduler: 'wlc' }

/** Each of these is one apply, from the one before it. */
const steps: readonly (readonly [what: string, wish: NatWish, places: number])[] = [
  ['adds a real server', { weights: { rs1: 1, rs2: 2, rs3: 1 } }, 3],
  ['changes weights', { weights: { rs1: 3, rs2: 1, rs3: 1 } }, 3],
  ['changes the scheduler', three, 3],
  ['adds a service', { ...three, https: true }, 6],
  ['removes a service', three, 3],
  ['adds a VIP with a service', { ...three, other: true }, 6],
  ['removes a VIP with a service', three, 3],
]
const rotated: NatWish = { ...three, otherPassword: true }

/** Everything that is done to a cluster from day to day, under load; each claim stands on those before it. */
describe('a NAT cluster that changes while it is used', () => {
  let lab: Lab

  const inventory = (wish: NatWish): string =>
    written(lab, `wish-${String(Date.now())}`, natCluster(wish))

  const calmly = <Result>(work: () => Promise<Result>) =>
    underLoad(lab, { urls: [web.url], vips: { public: [web.vip], private: [web.inside] } }, work)

  /** One apply under load: it must succeed, and no client and no neighbour may notice. */
  const applied = async (wish: NatWish, master = 'lb1'): Promise<number> => {
    const path = inventory(wish)
    const { result, failed, rate, turns } = await calmly(() => apply(lab, path))
    expect({ code: result.code, stdout: result.code === 0 ? '' : result.stdout }).toEqual({
      code: 0,
      stdout: '',
    })
    expect(failed).toEqual([])
    expect(turns).toEqual({ [web.vip]: [master], [web.inside]: [master] })
    expect(rate).toBeGreaterThan(50)
    return rate
  }

  /** One apply under load of which nothing may begin: no client notices, and no other router ever claims a VIP. */
  const refused = async (wish: NatWish, ...words: readonly string[]): Promise<string> => {
    const path = inventory(wish)
    const { result, failed, turns } = await calmly(() => apply(lab, path, ...words))
    expect(result.code, result.stdout).toBe(1)
    expect(failed).toEqual([])
    expect(turns).toEqual({ [web.vip]: ['lb1'], [web.inside]: ['lb1'] })
    return result.stdout
  }

  const ends = (downloads: readonly Download[]) => Promise.all(downloads.map(({ end }) => end))

  const broken = async (downloads: readonly Download[]): Promise<readonly unknown[]> =>
    (await ends(downloads)).filter(({ completed }) => !completed)

  /** The backup knows every one of the downloads. */
  const handedOver = (router: string, downloads: readonly Download[]): Promise<string> =>
    on(
      lab,
      router,
      `until [ "$(ipvsadm -Lnc | grep -c 'ESTABLISHED.*${web.vip}:80')" -ge ${String(downloads.length)} ]; do sleep 0.2; done`,
    )

  beforeAll(async () => {
    lab = openLab({ name: 'choreography', machines: choreographyTopology })
    await lab.down()
    await lab.up()
    await slowServers(lab, ['rs1', 'rs2', 'rs3'])
    const { code, stdout } = await apply(lab, inventory(base))
    expect(code, stdout).toBe(0)
    await poolsFilled(lab, 'lb1', 2)
    await on(lab, 'lb1', `until ip -o addr | grep -q '${web.inside}/'; do sleep 0.2; done`)
  })
  afterAll(() => lab.down())

  it.each(steps)('%s by one apply, and nobody notices', async (_, wish, places) => {
    const downloads = await downloadsFromEach(lab, web.url, ['rs1', 'rs2'], { seconds: 20 })
    await applied(wish)
    await poolsFilled(lab, 'lb1', places)
    const urls = [
      web.url,
      ...(wish.https === true ? [`${web.url}:443`] : []),
      ...(wish.other === true ? [web.otherUrl] : []),
    ]
    const servers = Object.keys(wish.weights)
    for (const url of urls) {
      expect(servers).toEqual(expect.arrayContaining(Object.keys(await tally(lab, `${url}/`, 10))))
    }
    expect(await broken(downloads)).toEqual([])
  })

  it('changes the VRRP password of all routers or of none, and there is one master all the time', async () => {
    await on(lab, 'lb2', 'systemctl stop keepalived')
    expect(await refused(rotated, '--limit', 'lb2')).toContain('lb1 cannot change with it')
    expect((await lab.machine('lb2').ssh('pgrep -x keepalived')).code).toBe(1)
    const downloads = await downloadsFromEach(lab, web.url, ['rs1', 'rs2'], { seconds: 20 })
    await applied(rotated)
    await on(lab, 'lb2', 'pgrep -x keepalived')
    await poolsFilled(lab, 'lb1', 3)
    expect(await broken(downloads)).toEqual([])
  })

  it('removes a real server, whose downloads may go on until the deadline', async () => {
    const downloads = await downloadsFromEach(lab, web.url, ['rs1', 'rs2', 'rs3'], { seconds: 60 })
    const began = Date.now()
    await applied({ ...rotated, weights: { rs2: 1, rs3: 1 }, drainSeconds: 20 })
    await poolsFilled(lab, 'lb1', 2)
    // wlc: whoever has fewer downloads than the other gets all of these.
    const servers = Object.keys(await tally(lab, `${web.url}/`, 10))
    expect(['rs2', 'rs3']).toEqual(expect.arrayContaining(servers))
    const [ofRs1, others] = [true, false].map((own) =>
      downloads.filter(({ server }) => (server === 'rs1') === own),
    ) as [Download[], Download[]]
    expect(await broken(others)).toEqual([])
    for (const { ended } of await ends(ofRs1)) expect(ended - began).toBeGreaterThan(20_000)
  })

  it('removes a real server as soon as its downloads are over', async () => {
    await applied(rotated)
    await poolsFilled(lab, 'lb1', 3)
    const downloads = await downloadsFromEach(lab, web.url, ['rs1', 'rs2', 'rs3'], { seconds: 20 })
    await applied({ ...rotated, weights: { rs2: 1, rs3: 1 }, drainSeconds: 60 })
    // Nobody waits for the deadline: the last byte of rs1 ends the wait.
    const ofRs1 = await ends(downloads.filter(({ server }) => server === 'rs1'))
    expect(Date.now() - Math.max(...ofRs1.map(({ ended }) => ended))).toBeLessThan(40_000)
    expect(await broken(downloads)).toEqual([])
  })

  it('replaces the backup router, and the VIPs stay where they are', async () => {
    const wish: NatWish = { ...rotated, routers: ['lb1', 'lb3'], drainSeconds: 20 }
    await applied(wish)
    const back = { ...wish, otherPassword: false }
    // It still runs, with the password that the others are to leave.
    const said = await refused(back)
    expect(said).toContain('lb2 cannot change with it')
    expect(said).toContain('lbprov remove')
    const path = inventory(wish)
    const { result, failed, turns } = await calmly(() =>
      lbprov(lab, 'remove', path, 'lb2', '--yes'),
    )
    expect(result.code, `${result.stdout}${result.stderr}`).toBe(0)
    expect(failed).toEqual([])
    expect(turns).toEqual({ [web.vip]: ['lb1'], [web.inside]: ['lb1'] })
    expect((await lab.machine('lb2').ssh('pgrep -x keepalived')).code).toBe(1)
    await applied(back)
  })

  it('replaces the active router by one failover', async () => {
    const wish: NatWish = { ...three, routers: ['lb2', 'lb3'] }
    await applied(wish)
    await poolsFilled(lab, 'lb2', 3)
    const path = inventory(wish)
    const { result, failed, turns } = await calmly(() =>
      lbprov(lab, 'remove', path, 'lb1', '--yes'),
    )
    expect(result.code, `${result.stdout}${result.stderr}`).toBe(0)
    expect(turns).toEqual({ [web.vip]: ['lb1', 'lb2'], [web.inside]: ['lb1', 'lb2'] })
    // One that is under way in that very moment goes with the router that knew it, where routers do not tell each other (E20).
    expect(failed.slice(1)).toEqual([])
  })

  it('keeps downloads through a failover where the routers tell each other', async () => {
    const wish: NatWish = { ...three, routers: ['lb2', 'lb3'], syncDaemon: true }
    await applied(wish, 'lb2')
    const servers = ['rs1', 'rs2', 'rs3']
    const stopped = await downloadsFromEach(lab, web.url, servers, { seconds: 45 })
    await handedOver('lb3', stopped)
    await on(lab, 'lb2', 'systemctl stop keepalived')
    expect(await broken(stopped)).toEqual([])
    await on(lab, 'lb2', 'systemctl start keepalived')
    await on(lab, 'lb2', `until ip -o addr | grep -q '${web.inside}/'; do sleep 0.2; done`)
    await poolsFilled(lab, 'lb2', 3)
    const cut = await downloadsFromEach(lab, web.url, servers, { seconds: 45 })
    await handedOver('lb3', cut)
    await lab.machine('lb2').powerCut()
    expect(await broken(cut)).toEqual([])
  })
})
