import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hostsOf } from '../../src/inventory/cluster.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { MASK } from '../../src/secret.ts'
import { means } from './cases.ts'

const read = (name: string) => {
  const file = `inventory/${name}.yaml`
  return readInventory(file, readFileSync(file, 'utf8'), means)
}

/** Its scripts are the ones that stand beside it. */
const source = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8') : undefined

it.each(readdirSync('inventory').filter((name) => name.endsWith('.yaml')))(
  'the worked example %s has no faults and no warnings',
  (name) => {
    const file = `inventory/${name}`
    const { warnings } = readInventory(file, readFileSync(file, 'utf8'), { ...means, source })
    expect(warnings).toEqual([])
  },
)

describe.each(['nat', 'direct'])('the worked example %s', (name) => {
  it('means what it always meant', async () => {
    const { cluster } = read(name)
    const golden = `${import.meta.dirname}/golden/${name}.golden`
    await expect(`${JSON.stringify(cluster, null, 2)}\n`).toMatchFileSnapshot(golden)
  })

  it('does not show its password', () => {
    const { cluster } = read(name)
    expect(JSON.stringify(cluster)).toContain(MASK)
    expect(JSON.stringify(cluster)).not.toContain('passw123')
  })
})

it('a real server outside lbprov is in the pool and is no host', () => {
  const { cluster } = read('nat')
  expect(hostsOf(cluster).map(({ name }) => name)).toEqual(['lb1', 'lb2', 'rs1', 'rs2'])
  expect(cluster.services[0]?.virtualServers[0]?.pool.map(({ name }) => name)).toEqual([
    'rs1',
    'rs2',
    'rs3',
  ])
})
