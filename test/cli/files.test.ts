import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openInventory } from '../../src/cli/files.ts'
import type { World } from '../../src/cli/world.ts'
import { WishError } from '../../src/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'files-'))
const file = join(folder, 'web.yaml')

const world: World = {
  terminal: {
    out: () => undefined,
    err: () => undefined,
    interactive: false,
    drawn: false,
    colour: false,
    ask: () => Promise.resolve(''),
  },
  env: { VRRP_PASS: 'passw123' },
  home: join(folder, 'home'),
  user: 'operator',
  hostname: 'controller',
  signal: new AbortController().signal,
}

afterAll(() => {
  rmSync(folder, { recursive: true })
})

const text = readFileSync('inventory/nat.yaml', 'utf8').replace(
  /^vrrp:\n/m,
  'vrrp:\n  notify: { master: { script: scripts/up.sh }, backup: { script: ~/down.sh } }\n',
)

it('scripts are read beside the inventory and at home, and are sources of a plan', () => {
  writeFileSync(file, text)
  mkdirSync(join(folder, 'scripts'))
  mkdirSync(world.home)
  writeFileSync(join(folder, 'scripts/up.sh'), '#!/bin/sh\necho äöü\n')
  writeFileSync(join(folder, 'home/down.sh'), '#!/bin/sh\n')
  const { cluster, sources } = openInventory(file, world)
  expect(cluster.vrrp.notify.map(({ program }) => program.shipped)).toEqual([
    '#!/bin/sh\necho äöü\n',
    '#!/bin/sh\n',
  ])
  expect(sources).toEqual([text, '#!/bin/sh\necho äöü\n', '#!/bin/sh\n'])
})

it('what is no text is not shipped', () => {
  writeFileSync(join(folder, 'scripts/up.sh'), Buffer.from([0x23, 0x21, 0xff, 0xfe]))
  chmodSync(join(folder, 'scripts/up.sh'), 0o755)
  expect(() => openInventory(file, world)).toThrow(WishError)
  expect(() => openInventory(file, world)).toThrow(
    'vrrp.notify.master.script: there is no readable text file "scripts/up.sh" beside this inventory',
  )
})
