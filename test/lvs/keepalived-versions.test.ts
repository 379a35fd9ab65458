import { spawnSync } from 'node:child_process'

import { describe, expect, it } from 'vitest'

import {
  hasTrait,
  shellHas,
  shellVersion,
  traits,
  type Trait,
} from '../../src/lvs/keepalived-versions.ts'

const known: readonly (readonly [string, readonly Trait[]])[] = [
  ['1.3.5', []],
  ['2.0.4', ['weightZeroIsOne']],
  ['2.0.6', ['weightZeroIsOne']],
  ['2.0.7', ['canTest', 'weightZeroIsOne']],
  ['2.0.10', ['canTest', 'weightZeroIsOne']],
  ['2.0.15', ['canTest', 'weightZeroIsOne']],
  ['2.0.20', ['canTest']],
  ['2.1.0', ['canTest', 'weightZeroIsOne', 'reloadsTogether']],
  ['2.1.5', ['canTest', 'weightZeroIsOne', 'reloadsTogether']],
  ['2.2.0', ['canTest', 'ignoresChangedWeights', 'reloadsTogether', 'checksOnReload']],
  ['2.2.1', ['canTest', 'ignoresChangedWeights', 'reloadsTogether', 'checksOnReload']],
  ['2.2.2', ['canTest', 'reloadsTogether', 'checksOnReload']],
  ['2.2.7', ['canTest', 'testDiesWithScriptUser', 'reloadsTogether', 'checksOnReload']],
  ['2.2.8', ['canTest', 'reloadsTogether', 'checksOnReload']],
  ['2.3.1', ['canTest', 'reloadsTogether', 'checksOnReload']],
  ['2.4.0', ['canTest', 'reloadsTogether', 'checksOnReload']],
]

describe.each(known)('keepalived %s', (version, expected) => {
  it('has these traits and no others', () => {
    expect(traits.filter((trait) => hasTrait(version, trait))).toEqual(expected)
  })

  it.each([['dash'], ['bash', '--posix'], ['busybox', 'sh']] as const)(
    'says the same to a host with %s',
    (shell, ...more) => {
      const asks = traits.map((trait) => `if ${shellHas(trait)}; then echo ${trait}; fi`)
      const keepalived = `keepalived() { echo 'Keepalived v${version} (01/16,2022)' >&2; }`
      const { stdout, stderr } = spawnSync(shell, more, {
        input: [keepalived, shellVersion, ...asks, ''].join('\n'),
        encoding: 'utf8',
      })
      expect(stderr).toBe('')
      expect(stdout.split('\n').filter((trait) => trait !== '')).toEqual(expected)
    },
  )
})
