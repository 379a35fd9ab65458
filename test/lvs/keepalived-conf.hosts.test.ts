import { readFileSync } from 'node:fs'

import { afterAll, beforeAll, expect, it } from 'vitest'

import { toyHost, type Toy } from '../toy/toy.ts'

let toy: Toy
beforeAll(async () => {
  toy = await toyHost()
  for (const card of ['eth0', 'eth1']) toy.addLink(card)
})
afterAll(() => toy.close())

it.each(['guide-keepalived', 'guide-network', 'dual-stack', 'everything'])(
  'keepalived itself finds nothing wrong with %s',
  (golden) => {
    const text = readFileSync(new URL(`golden/${golden}.conf`, import.meta.url), 'utf8')
    toy.write('/tmp/keepalived.conf', text)
    const said = toy.run(['keepalived', '-t', '-f', '/tmp/keepalived.conf'])
    expect(said).toEqual({ exit: 0, out: '', err: '' })
  },
)
