import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { askDns } from './clients.ts'
import { apply, password, written } from './controller.ts'
import { poolsFilled } from './ipvs.ts'
import { openLab, type Lab } from './lab.ts'
import { tally } from './requests.ts'
import { clients, directTopology } from './topology.ts'

const vips = ['203.0.113.24', '[2001:db8:113::24]']

/** As it stands in the repository: a mark in both families, DNS, a password in a file, a gateway of one's own. */
describe('the cluster of inventory/direct.yaml', () => {
  let lab: Lab
  let inventory: string

  beforeAll(async () => {
    lab = openLab({ name: 'example', machines: directTopology })
    await lab.down()
    await lab.up()
    inventory = written(lab, 'direct', readFileSync('inventory/direct.yaml', 'utf8'))
    mkdirSync(join(lab.home, 'secrets'))
    writeFileSync(join(lab.home, 'secrets/vrrp'), `${password}\n`)
  })
  afterAll(() => lab.down())

  it('comes to life by one apply, and is left alone by the next', async () => {
    const { summary, stdout } = await apply(lab, inventory)
    expect(summary, stdout).toMatchObject({ failed: 0, unreachable: 0 })
    expect((await apply(lab, inventory)).summary).toMatchObject({ changed: 0, failed: 0 })
    await poolsFilled(lab, 'lb1', 9)
  })

  it('gives both ports of a client to one real server, in both families', async () => {
    for (const [index, vip] of vips.entries()) {
      for (const from of clients[index === 0 ? 4 : 6]) {
        const plain = await tally(lab, `http://${vip}/`, 2, { from })
        const other = await tally(lab, `http://${vip}:443/`, 2, { from })
        expect(Object.keys({ ...plain, ...other })).toHaveLength(1)
        expect(Object.keys(plain)[0]).toMatch(/^rs[123]$/)
      }
    }
  })

  it('balances names by UDP', async () => {
    const answers = await askDns(lab, '203.0.113.24', 12)
    expect(Object.keys(answers).sort()).toEqual(['rs1', 'rs2', 'rs3'])
  })
})
