import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'

import { lineToAdd, parseKnownHosts } from '../../src/ssh/known-hosts.ts'
import { makeShelf } from '../../src/ssh/known-names.ts'
import { makeKey } from '../toy/keys.ts'
import { folder } from './endings.ts'

const place = folder()
const { publicKey } = makeKey(join(place, 'key'))
const bytes = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')

const word = fc.string({
  unit: fc.constantFrom('a', 'b', '1', '.', '*', '?', '[', ']:', '22', 'B'),
  minLength: 1,
  maxLength: 6,
})
const pattern = fc.tuple(fc.constantFrom('', '', '', '!'), word).map((parts) => parts.join(''))
const marker = fc.constantFrom('', '', '', '@revoked ', '@cert-authority ', '@other ', '# ')
const open = fc
  .tuple(marker, fc.array(pattern, { minLength: 1, maxLength: 4 }))
  .map(([mark, names]) => `${mark}${names.join(',')} ${publicKey}`)
const name = fc.string({
  unit: fc.constantFrom('a', 'b', '1', '.', '[', ']:', '22'),
  minLength: 1,
  maxLength: 5,
})
const sealed = name.map((host) =>
  lineToAdd({ host, port: 22, hostKeyAlias: undefined }, bytes, true),
)
// ssh-keygen shows a line whose key is none, too; ssh does not believe it.
const broken = fc.constantFrom('', 'a', '#a b c', 'a ssh-ed25519')

it('every line is found by the names by which ssh-keygen finds it', async () => {
  const file = join(place, 'known_hosts')
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 6, arbitrary: open }, sealed, broken), {
        minLength: 50,
        maxLength: 50,
      }),
      fc.array(name, { minLength: 5, maxLength: 5 }),
      async (lines, hosts) => {
        writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
        const shelf = makeShelf(parseKnownHosts(lines.join('\n'), file))
        for (const host of hosts) {
          const { stdout } = spawnSync('ssh-keygen', ['-F', host, '-f', file], { encoding: 'utf8' })
          const theirs = [...stdout.matchAll(/found: line (\d+)/g)].map(([, line]) => Number(line))
          const ours = (await shelf.about(host)).map(({ line }) => line)
          expect({ host, lines: ours }).toEqual({ host, lines: theirs })
        }
      },
    ),
    { numRuns: 20 },
  )
})
