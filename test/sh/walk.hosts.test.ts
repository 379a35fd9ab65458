import { spawnSync } from 'node:child_process'
import { lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { lookAt, sumOf, timesOf } from '../../src/resources/file-look.ts'
import { removeFile, replaceFile, setAttribute } from '../../src/resources/replace-file.ts'
import { sha256 } from '../../src/resources/sha256.ts'
import type { Answer } from '../../src/sh/answer.ts'
import { contents } from '../../src/sh/contents.ts'
import type { Sh } from '../../src/sh/sh.ts'
import { shells, type Place as Host, trip } from '../resources/on-host.ts'
import { build, mayBeRead, placeOf, places, snapshot, trees, user, type Place } from './trees.ts'

/*
 * Whatever stands in folders of a user: links, hard links, FIFOs, folders of root's in his. Needs root, for only root can make
 * files of others; nothing outside the test's own folder is touched.
 */
const here: Host = {
  run: ([command = '', ...words], input) => {
    // What waits for a FIFO would wait for good.
    const { stdout, stderr, signal } = spawnSync(command, words, {
      input,
      encoding: 'utf8',
      timeout: 60_000,
    })
    if (signal !== null) throw new Error(`it did not end: ${stderr}`)
    return { out: stdout, err: stderr }
  },
}

const runs = Number(process.env.LBPROV_RUNS ?? 15)

const asked = fc.tuple(
  trees,
  fc.shuffledSubarray([...places], { minLength: 1, maxLength: 3 }),
  fc.boolean(),
)

type Tree = typeof trees extends fc.Arbitrary<infer Each> ? Each : never

/** The tree is in a closed folder: /run is root's alone. */
const inTree = (tree: Tree, work: (root: string, away: string) => void): void => {
  const folder = mkdtempSync('/run/lbprov-walk-')
  const root = join(folder, 'root')
  try {
    build(root, tree)
    work(root, join(folder, 'away'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const found = ({ path }: Place) => lstatSync(path, { throwIfNoEntry: false })

/** What stands at a path, as the rules have it. */
const expected = (path: string, follow: boolean) => {
  const place = placeOf(path, follow ? 'follow' : '')
  if (place === undefined) return { refused: true, text: undefined }
  const stat = found(place)
  if (stat === undefined) return { refused: false, absent: true, text: '' }
  if (!stat.isFile()) return { refused: false, text: undefined }
  return mayBeRead(place)
    ? { refused: false, text: readFileSync(place.path, 'utf8') }
    : { refused: true, text: undefined }
}

/** A link to the folder in which it is. */
const toItsFolder: typeof asked extends fc.Arbitrary<infer Each> ? Each : never = [
  [['h', { kind: 'link', to: '.', absolute: false }]],
  ['h'],
  true,
]

describe.each(shells.map((shell) => [shell[0], shell] as const))('in %s', (_, shell) => {
  const answersTo = (questions: readonly Sh[]): readonly Answer[] => {
    const kind = questions[0]?.of?.kind
    const words = questions.flatMap(({ of }) => of?.word ?? [])
    const [answer] = kind === undefined ? [] : trip(here, [kind.ask(words)], shell)
    return answer === undefined ? [] : (kind?.cut(answer, words) ?? [])
  }

  it('law: what is asked about a path is answered from where the path is, or not at all', () => {
    fc.assert(
      fc.property(asked, ([tree, names, follow]) => {
        inTree(tree, (root) => {
          const before = snapshot(dirname(root))
          const paths = names.map((name) => join(root, name))
          const questions = paths.flatMap((path) => [
            contents(path, follow),
            lookAt(path, follow),
            sumOf(path, follow),
          ])
          const answers = answersTo(questions)
          for (const [n, path] of paths.entries()) {
            const [text, look, sum] = answers.slice(3 * n, 3 * n + 3)
            const should = expected(path, follow)
            expect([path, text?.exit === 0 ? text.out : undefined]).toEqual([path, should.text])
            expect(look?.out.startsWith('refused ')).toBe(should.refused)
            expect(look?.out.startsWith('absent\n')).toBe(should.absent === true)
            const isFile = should.text !== undefined && should.absent !== true
            expect(sum?.out).toBe(isFile ? `${sha256(should.text)}\n` : '')
          }
          expect(snapshot(dirname(root))).toEqual(before)
          // Alone a question is answered as together with the others.
          for (const [n, question] of questions.slice(0, 3).entries()) {
            const alone = trip(here, [question], shell)[0]
            const { exit, out, err } = answers[n] ?? {}
            // What a file that may not be read says of itself is on stderr, in one sentence.
            expect(alone).toMatchObject({ exit, ...(exit === 0 && { out }), err })
          }
        })
      }),
      { numRuns: runs },
    )
  })

  const exitOf = (run: Sh): number => trip(here, [run], shell)[0]?.exit ?? 255

  /** All but some places, and the folders that they are in, are as they were. */
  const othersAre = (
    root: string,
    before: ReadonlyMap<string, string>,
    but: readonly string[],
  ): void => {
    const now = new Map(snapshot(dirname(root)))
    const were = new Map(before)
    for (const path of but) {
      now.delete(path)
      were.delete(path)
    }
    expect(now).toEqual(were)
  }

  it('law: a file that is put in place changes its path alone, or nothing', () => {
    fc.assert(
      fc.property(asked, ([tree, [name = ''], follow]) => {
        inTree(tree, (root) => {
          const before = snapshot(dirname(root))
          const path = join(root, name)
          const place = placeOf(path, follow ? 'follow' : '')
          const isFolder = place !== undefined && found(place)?.isDirectory() === true
          const wish = { path, content: ['new text'], owner: String(user), mode: '640', follow }
          const exit = exitOf(replaceFile(wish))
          expect(exit === 0).toBe(place !== undefined && !isFolder)
          if (place === undefined || isFolder) {
            othersAre(root, before, [])
            return
          }
          othersAre(root, before, [place.path, ...place.missing])
          expect(readFileSync(place.path, 'utf8')).toBe('new text')
          expect(lstatSync(place.path)).toMatchObject({ mode: 0o100640, uid: user, nlink: 1 })
          for (const made of place.missing)
            expect(lstatSync(made)).toMatchObject({ mode: 0o40755, uid: 0 })
        })
      }),
      { numRuns: runs, examples: [[toItsFolder]] },
    )
  })

  it('law: what is taken away is the name alone', () => {
    fc.assert(
      fc.property(asked, ([tree, [name = '']]) => {
        inTree(tree, (root) => {
          const before = snapshot(dirname(root))
          const place = placeOf(join(root, name), 'name')
          const run = removeFile(join(root, name), { missing: [], dangling: false })
          const exit = exitOf(run)
          const isFolder = place !== undefined && found(place)?.isDirectory() === true
          const isMissing = place !== undefined && place.missing.length > 0
          expect(exit === 0).toBe(place !== undefined && !isFolder)
          const gone = place === undefined || isFolder || isMissing ? [] : [place.path]
          othersAre(root, before, gone)
          for (const path of gone)
            expect(lstatSync(path, { throwIfNoEntry: false })).toBe(undefined)
        })
      }),
      { numRuns: runs },
    )
  })

  it('law: an attribute is set of what is at the path, and of no other file of a user', () => {
    fc.assert(
      fc.property(asked, ([tree, [name = '']]) => {
        inTree(tree, (root) => {
          const before = snapshot(dirname(root))
          const path = join(root, name)
          const place = placeOf(path)
          const stat = place === undefined ? undefined : found(place)
          fc.pre(stat?.isFile() === true)
          if (place === undefined) return
          const text = readFileSync(place.path, 'utf8')
          const exit = exitOf(setAttribute('mode', '604', { path, sum: sha256(text) }))
          expect(exit).toBe(0)
          expect(lstatSync(place.path).mode & 0o777).toBe(0o604)
          expect(readFileSync(place.path, 'utf8')).toBe(text)
          // In a closed folder a file of several names is one file; only root has given it names there.
          const same = [...before.keys()].filter((each) => lstatSync(each).ino === stat.ino)
          othersAre(root, before, place.closed ? same : [place.path])
        })
      }),
      { numRuns: runs },
    )
  })

  it('the time of a change is that of what is there', () => {
    inTree([['y', { kind: 'file', owner: user, mode: 0o644 }]], (root) => {
      const path = join(root, 'y')
      const seconds = Math.floor(lstatSync(path).ctimeMs / 1000)
      const answers = answersTo([timesOf([path, join(root, 'nothing'), path])])
      expect(answers[0]?.out).toBe(`${String(seconds)}\n0\n${String(seconds)}\n`)
    })
  })
})
