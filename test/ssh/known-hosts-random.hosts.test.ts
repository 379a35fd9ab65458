import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

import { neverMet, patienceMs } from './random-cases.ts'
import { folder, toy } from './scene.ts'
import { hosts } from './there/random-known-hosts.ts'
import { runThere } from './there/there.ts'

const program = fileURLToPath(new URL('there/known-hosts.ts', import.meta.url))

it(
  'a host is believed by random known_hosts where ssh believes it, and nowhere else',
  async () => {
    const host = await toy()
    host.run(['ip', 'address', 'add', '192.0.2.1/32', 'dev', 'lo'])
    const words = ['node', '--import', 'tsx', program, folder()]
    const { out, err, exit } = await runThere(host, hosts, words)
    console.log(out.trim())
    expect(exit, `${out}${err}`).toBe(0)
    const counts = JSON.parse(out.trim().split('\n').at(-1) ?? '') as Record<string, number>
    const kinds = ['another at the address', 'believed', 'changed', 'revoked', 'unknown']
    expect(neverMet(counts, kinds)).toEqual([])
  },
  patienceMs,
)
