import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs'
import { readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Resource } from '../../src/resource.ts'
import { file } from '../../src/resources/file.ts'
import { answersOn, judgeOn, runOn, type Place } from './on-host.ts'
import { remembered } from './way-back.ts'

// A user of the machine, whoever it is.
const user = 4000

describe.each([
  ['a closed folder', 0],
  ['a folder of a user', user],
])('a file in %s', (_, owner) => {
  const here: Place = {
    run: ([name = '', ...args], input = '') => {
      const { stdout, stderr } = spawnSync(name, args, { input, encoding: 'utf8' })
      return { out: stdout, err: stderr }
    },
  }
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync('/run/lbprov-back-')
    chownSync(folder, owner, owner)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const ask = (resource: Resource) => answersOn(here, resource)
  const run = (resource: Resource): void =>
    runOn(
      here,
      judgeOn(here, resource).map((change) => change.run),
    )
  const tree = (): readonly string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => {
        const { mode, uid, gid } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? {}
        const isFile = existsSync(join(folder, name)) && statSync(join(folder, name)).isFile()
        const text = isFile ? readFileSync(join(folder, name), 'utf8') : ''
        return JSON.stringify([name, mode, uid, gid, text])
      })

  const text = fc.string({ unit: 'grapheme' }).map((each) => each.replaceAll('\0', ''))
  const mode = fc.constantFrom('0644', '0600', '0750', '0444')

  it('law: as it was, whatever was there, however often it was written', () => {
    fc.assert(
      fc.property(
        fc.option(fc.record({ text, mode })),
        fc.constantFrom('file', 'new/file', "it's/new, and deep/file"),
        fc.array(fc.record({ content: text, mode: fc.option(mode) }), {
          minLength: 1,
          maxLength: 3,
        }),
        (found, name, wishes) => {
          rmSync(folder, { recursive: true })
          const path = join(folder, found === null ? name : 'file')
          mkdirSync(folder)
          chownSync(folder, owner, owner)
          if (found !== null) {
            writeFileSync(path, found.text)
            chmodSync(path, found.mode)
          }
          const before = tree()
          const [first, ...others] = wishes.map((wish) =>
            file.bind({ path, content: wish.content, ...(wish.mode && { mode: wish.mode }) }),
          )
          if (first === undefined) return
          const entry = remembered(first, ask(first), ...others)
          run(first)
          others.forEach(run)
          const orphan = file.orphan(entry)
          run(orphan)
          expect(tree()).toEqual(before)
          expect(judgeOn(here, orphan)).toEqual([])
        },
      ),
      { numRuns: 20 },
    )
  })

  it('a directory that others use by now stays, and so does a link to nothing', () => {
    const path = join(folder, 'new/deep/file')
    const wish = file.bind({ path, content: 'ours\n' })
    const entry = remembered(wish, ask(wish))
    run(wish)
    writeFileSync(join(folder, 'new/mine'), '')
    run(file.orphan(entry))
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(['new', 'new/mine'])

    if (owner !== 0) return
    symlinkSync('aim', join(folder, 'link'))
    const before = tree()
    const linked = file.bind({ path: join(folder, 'link'), content: 'ours\n' })
    const known = remembered(linked, ask(linked))
    run(linked)
    expect(existsSync(join(folder, 'aim'))).toBe(true)
    run(file.orphan(known))
    expect(tree()).toEqual(before)
  })

  it('one that somebody moved away and linked to loses the link alone', () => {
    const path = join(folder, 'file')
    const wish = file.bind({ path, content: 'ours\n' })
    const entry = remembered(wish, ask(wish))
    run(wish)
    spawnSync('mv', [path, join(folder, 'kept')])
    symlinkSync('kept', path)
    const orphan = file.orphan(entry)
    run(orphan)
    if (owner === 0) {
      expect(readdirSync(folder)).toEqual(['kept'])
      return
    }
    expect(readdirSync(folder).sort()).toEqual(['file', 'kept'])
    expect(orphan.left?.(ask(orphan))).toEqual([
      `${path} is a link to kept, and others than root may write to ${folder} (UNKNOWN:UNKNOWN, drwx------), so it is not followed: it could lead anywhere; so what lbprov did there is left as it is: see what stands there, and take it away by hand.`,
    ])
  })

  it('what a run left that died between the file and its directory goes with the next', () => {
    const path = join(folder, 'new/deep/file')
    const wish = file.bind({ path, content: 'ours\n' })
    const entry = remembered(wish, ask(wish))
    run(wish)
    rmSync(path)
    const orphan = file.orphan(entry)
    expect(judgeOn(here, orphan).map(({ what }) => what)).toEqual([dirname(path)])
    run(orphan)
    expect(readdirSync(folder)).toEqual([])
    expect(judgeOn(here, orphan)).toEqual([])
  })
})
