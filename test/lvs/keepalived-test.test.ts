import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { keepalived_conf } from '../../src/lvs/keepalived_conf.ts'
import { clusterOf, guideNetwork } from './inventories.ts'
import { resources, wishOf } from './places.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lbprov-keepalived-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The new file's test as a host runs it, where keepalived is of this version and its own test ends so. */
const tested = (version: string, exit: number) => {
  writeFileSync(
    join(folder, 'keepalived'),
    `#!/bin/sh\n[ "$1" != -v ] || { echo "Keepalived v${version} (01/01,2020)" >&2; exit; }\n: >'${folder}/tested'\nexit ${String(exit)}\n`,
    { mode: 0o755 },
  )
  const found = resources(keepalived_conf, clusterOf(guideNetwork('203.0.113')), 'lb1')
  const { validate } = wishOf(found, 'file /etc/keepalived/keepalived.conf') as {
    validate: readonly [string, ...string[]]
  }
  const [command, ...words] = validate
  const env = { PATH: `${folder}:${process.env.PATH ?? ''}` }
  const { status, stderr } = spawnSync(command, words, { env, encoding: 'utf8' })
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
      expect(tested(version, 1)).toMatchObject({ status: 0, asked: false })
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
