import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { keepalived_conf } from '../../src/lvs/keepalived_conf.ts'
import { confOf } from './conf-of.ts'
import {
  clusterOf,
  dualStack,
  everything,
  guideDirect,
  guideKeepalived,
  guideMarks,
  guideNetwork,
} from './inventories.ts'
import { resources, wishOf } from './places.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lbprov-keepalived-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const text = (inventory: string): string =>
  confOf(inventory, clusterOf(inventory).routers[0]?.name ?? '')

/** The new file's test as a host runs it, where keepalived is of this version and its own test ends so. */
const tested = (version: string, exit: number, file = text(guideNetwork('203.0.113'))) => {
  const path = join(folder, 'new.conf')
  writeFileSync(path, file)
  writeFileSync(
    join(folder, 'keepalived'),
    `#!/bin/sh\n[ "$1" != -v ] || { echo "Keepalived v${version} (01/01,2020)" >&2; exit; }\n: >'${folder}/tested'\nexit ${String(exit)}\n`,
    { mode: 0o755 },
  )
  const found = resources(keepalived_conf, clusterOf(guideNetwork('203.0.113')), 'lb1')
  const { validate } = wishOf(found, 'file /etc/keepalived/keepalived.conf') as {
    validate: readonly string[]
  }
  const [command, ...words] = validate.map((word) => (word === '%s' ? path : word))
  const env = { PATH: `${folder}:${process.env.PATH ?? ''}` }
  const { status, stderr } = spawnSync(command ?? '', words, { env, encoding: 'utf8' })
  return { status, stderr, asked: existsSync(join(folder, 'tested')) }
}

describe("a new keepalived.conf and its reader's own test", () => {
  it.each(['2.0.7', '2.0.10', '2.1.5', '2.2.8', '2.3.1'])(
    '%s says whether it will do',
    (version) => {
      expect(tested(version, 0)).toMatchObject({ status: 0, asked: true })
      // 4: it would run after leaving lines out.
      for (const exit of [3, 4, 5, 6]) expect(tested(version, exit).status).toBe(exit)
    },
  )

  it.each(['1.3.5', '2.0.4', '2.0.6'])(
    '%s has none to be relied on, and is not asked',
    (version) => {
      expect(tested(version, 1)).toEqual({ status: 0, stderr: '', asked: false })
    },
  )

  it.each([
    ['guide-keepalived', guideKeepalived],
    ['guide-direct', guideDirect],
    ['guide-marks', guideMarks],
    ['dual-stack', dualStack],
    ['everything', everything],
  ])('without one, nothing is wrong with %s', (_, inventory) => {
    expect(tested('1.3.5', 1, text(inventory))).toMatchObject({ status: 0, stderr: '' })
  })

  it.each([
    ['global_defs {\n', 'Line 1: the file ends, and 1 more braces are opened than closed.'],
    ['global_defs {\n}\n}\n', 'Line 3: a brace is closed that nothing opened.'],
    ['global_defs {\n  router_id "lb1\n}\n', 'Line 2: a quote is opened and not closed.'],
    [
      'virtual_server 203.0.113.10 80\n{\n  real_server 10.0.0.1 80 { # one {\n    UDP_CHECK {\n    }\n  }\n}\n',
      'Line 4: keepalived 1.3.5 knows no block UDP_CHECK; leave it out, or install 2.0.7 or newer.',
    ],
  ])('without one, a file that it would misread is refused: %j', (file, sentence) => {
    expect(tested('1.3.5', 0, file)).toEqual({ status: 1, stderr: `${sentence}\n`, asked: false })
  })

  it.each(['global_defs { router_id "{" } ! {\n', '# {\nglobal_defs\n{\n  router_id a\\"\n}\n'])(
    'without one, braces in quotes and comments are none: %j',
    (file) => {
      expect(tested('1.3.5', 0, file)).toMatchObject({ status: 0, stderr: '' })
    },
  )

  it('2.2.7 that ends itself says why', () => {
    expect(tested('2.2.7', 143)).toMatchObject({
      status: 143,
      stderr: expect.stringContaining('leave script_user out') as unknown,
    })
    expect(tested('2.2.8', 143).stderr).toBe('')
  })
})
