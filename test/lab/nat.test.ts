import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { apply, edited, lbprov, natInventory, on, withOwnRs3, withoutRs3 } from './controller.ts'
import { differences, fingerprint } from './fingerprint.ts'
import { powerCutUnder } from './failover.ts'
import { openLab, type Lab } from './lab.ts'
import { stream, tally } from './requests.ts'

const url = 'http://203.0.113.10/'

/** The guide's cluster, from bare machines to a power cut of all of them; each claim stands on those before it. */
describe('the NAT cluster of inventory/nat.yaml', () => {
  let lab: Lab

  const each = <Result>(work: (name: string) => Promise<Result>): Promise<readonly Result[]> =>
    Promise.all(['lb1', 'lb2', 'rs1', 'rs2'].map(work))

  beforeAll(async () => {
    lab = openLab({ name: 'nat' })
    await lab.down()
    await lab.up()
  })
  afterAll(() => lab.down())

  it('is shown by a dry run, which leaves every machine as it was', async () => {
    const before = await each((name) => fingerprint(lab.machine(name)))
    const shown = await lbprov(lab, 'apply', natInventory, '--dry-run')
    expect(shown.code).toBe(0)
    expect(shown.stdout).toContain('44 changes on 4 hosts.')
    expect(shown.stdout).toContain('+    gateway 10.11.12.10')
    expect(shown.stdout).toContain('+virtual_server 203.0.113.10 80 {')
    const coded = await lbprov(lab, 'apply', natInventory, '--dry-run', '--exit-code', '--json')
    expect(coded.code).toBe(3)
    const after = await each((name) => fingerprint(lab.machine(name)))
    const changed = before.flatMap((one, n) => differences(one, after[n] ?? {}))
    expect(changed).toEqual([])
  })

  it('comes to life by one apply', async () => {
    const { code, summary } = await apply(lab, natInventory)
    expect(summary).toMatchObject({ changed: 44, failed: 0, unreachable: 0 })
    expect(code).toBe(0)
  })

  it('answers through the VIP, by weight', async () => {
    // rs3 is somebody else's and not there yet: its check takes it out of the pool.
    await on(lab, 'lb1', 'until [ "$(ipvsadm -Ln | grep -c Masq)" = 2 ]; do sleep 0.2; done')
    const { rs1 = 0, rs2 = 0 } = await tally(lab, url, 20)
    // Weighted round robin, 1 to 2: the 20th request is the odd one.
    expect(rs1 + rs2).toBe(20)
    expect(rs2).toBeGreaterThanOrEqual(13)
    expect(rs2).toBeLessThanOrEqual(14)
  })

  it('runs a keepalived.conf that keepalived itself accepts on both routers', async () => {
    for (const name of ['lb1', 'lb2']) {
      const { code, stderr } = await lab
        .machine(name)
        .ssh('keepalived -t -f /etc/keepalived/keepalived.conf')
      expect({ name, code, stderr }).toMatchObject({ name, code: 0 })
    }
  })

  it('is left alone by the next apply', async () => {
    const before = await each((name) => fingerprint(lab.machine(name)))
    const { code, summary } = await apply(lab, natInventory)
    expect(summary).toMatchObject({ changed: 0, failed: 0 })
    expect(code).toBe(0)
    const after = await each((name) => fingerprint(lab.machine(name)))
    // A check may begin or end in between: connections in the table are no change.
    const changed = before.flatMap((one, n) =>
      differences(one, after[n] ?? {}, { except: ['ipvs'] }),
    )
    expect(changed).toEqual([])
  })

  it('takes in rs3 without losing a request, by one reload of each router', async () => {
    await apply(lab, edited(lab, 'without-rs3', withoutRs3))
    const daemons = (): Promise<readonly string[]> =>
      Promise.all(
        ['lb1', 'lb2'].map((name) => on(lab, name, 'systemctl show -p MainPID keepalived')),
      )
    const before = await daemons()
    const requests = stream(lab, url, 50)
    await requests.next(({ server }) => server !== undefined)
    const { code, summary, changes } = await apply(lab, edited(lab, 'with-rs3', withOwnRs3))
    await requests.next(({ server }) => server === 'rs3')
    const all = await requests.stop()
    expect(code).toBe(0)
    expect(summary.hosts).toMatchObject({
      rs1: { changed: 0, status: 'unchanged' },
      rs2: { changed: 0, status: 'unchanged' },
      rs3: { changed: 4, status: 'changed' },
    })
    expect(
      changes
        .filter(({ host }) => host === 'lb1' || host === 'lb2')
        .map(({ host, what }) => [host, what]),
    ).toEqual([
      ['lb1', 'what lbprov remembers here, roster'],
      ['lb2', 'what lbprov remembers here, roster'],
      ['lb1', 'real server rs3, 10.11.12.22:80'],
      ['lb2', 'real server rs3, 10.11.12.22:80'],
      ...['lb2', 'lb1'].flatMap((host) => [
        [host, '/etc/keepalived/keepalived.conf'],
        [host, 'keepalived.service, live'],
      ]),
    ])
    expect(await daemons()).toEqual(before)
    expect(all.filter(({ error }) => error !== undefined)).toEqual([])
  })

  it('survives a power cut of the active router within 4 s', async () => {
    for (const outage of await powerCutUnder(lab, 'lb1', [url])) {
      expect(outage).toBeLessThan(4000)
    }
    await lab.machine('lb1').boot()
  })

  it('comes back by itself when all machines lose their power', async () => {
    await Promise.all(lab.machines.map((machine) => machine.powerCut()))
    await Promise.all(lab.machines.map((machine) => machine.boot()))
    const requests = stream(lab, url, 50)
    await requests.next(({ server }) => server !== undefined)
    await requests.stop()
    const { summary } = await apply(lab, edited(lab, 'with-rs3', withOwnRs3))
    expect(summary).toMatchObject({ changed: 0, failed: 0, unreachable: 0 })
  })
})
