import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { WishError } from '../../src/errors.ts'
import { readInventory } from '../../src/inventory/read.ts'
import type { Playbook } from '../../src/playbook/playbook.ts'
import { readPlaybook } from '../../src/playbook/read.ts'
import { quote } from '../../src/sh/sh.ts'
import { means } from '../inventory/cases.ts'
import { everything } from '../lvs/inventories.ts'
import { runsNothing, telling, wished } from './canary.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lbprov-canary-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const guide = readInventory('guide.yaml', everything, means).cluster

const own = (text: string): Playbook | undefined => {
  const tasks = [
    { file: { path: '/etc/motd', content: text } },
    { file: { path: `/etc/${text}`, content: 'x' } },
    { command: { name: 'x', run: [text, text], unless: ['test', text] } },
    { sysctl: { key: 'net.core.somaxconn', value: text } },
    { service: { name: text } },
    { package: { names: [text] } },
  ]
  const phases = tasks.flatMap((task, n) => {
    const phase = { name: `p${String(n)}`, hosts: 'all', tasks: [task] }
    try {
      readPlaybook('own.yaml', JSON.stringify({ name: 'own', phases: [phase] }), () => undefined)
      return [phase]
    } catch (error) {
      if (error instanceof WishError) return []
      throw error
    }
  })
  if (phases.length === 0) return undefined
  return readPlaybook('own.yaml', JSON.stringify({ name: 'own', phases }), () => undefined)
}

it('any string of a playbook is complained about, or comes out of a shell as it went in', () => {
  let came = 0
  fc.assert(
    fc.property(telling, (text) => {
      const playbook = own(text)
      if (playbook === undefined) return
      const words = runsNothing(wished(guide, [playbook]), folder)
      if (/[$`;&|]/.test(text) && words.includes(text)) came += 1
    }),
    { numRuns: 150, seed: 1 },
  )
  expect(came).toBeGreaterThan(20)
})

it('quoted, no string does anything', () => {
  fc.assert(
    fc.property(
      fc.array(
        telling.filter((text) => !text.includes('\0')),
        { minLength: 1, maxLength: 20 },
      ),
      (words) => {
        const script = `for word in ${words.map(quote).join(' ')}; do printf '%s\\0' "$word"; done`
        const out = execFileSync('sh', ['-c', script], { cwd: folder })
        const back = words.map((word) => Buffer.from(`${word}\0`))
        expect(out.equals(Buffer.concat(back))).toBe(true)
        expect(readdirSync(folder).filter((name) => name !== 'script.sh')).toEqual([])
      },
    ),
    { numRuns: 60 },
  )
})
