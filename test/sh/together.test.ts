import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { AnswerError } from '../../src/errors.ts'
import { lookAt, sumOf } from '../../src/resources/file-look.ts'
import { packageResource } from '../../src/resources/package.ts'
import type { Answer } from '../../src/sh/answer.ts'
import { contents } from '../../src/sh/contents.ts'
import { isActive } from '../../src/sh/is-active.ts'
import type { Kind, Sh } from '../../src/sh/sh.ts'
import { shells, trip, type Place, type Shell } from '../resources/on-host.ts'

const here: Place = {
  run: ([command = '', ...words], input) => {
    const { stdout, stderr } = spawnSync(command, words, { input, encoding: 'utf8' })
    return { out: stdout, err: stderr }
  },
}

const kindOf = (question: Sh | undefined): Kind => {
  if (question?.of === undefined) throw new Error('it is of no kind')
  return question.of.kind
}

const said = (question: Sh, shell: Shell): Answer =>
  trip(here, [question], shell)[0] ?? { exit: 255, out: '', err: 'no answer' }

/** What may be at a path: nothing, a link to nothing, a directory, or a file that holds this. */
const thing = fc.oneof(
  fc.constantFrom('nothing', 'dangling', 'directory', 'empty directory below'),
  fc.record({
    text: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('', '\n', 'no end', '.\n', 'absent\n', 'there\n', 'file\n.\n', '\0\n'),
    ),
  }),
)
const name = fc.constantFrom('a', 'b c', "it's", '-n', '$x', 'ü', '*', '\\')

const put = (path: string, what: string | { readonly text: string }): string => {
  if (typeof what === 'object') writeFileSync(path, what.text)
  else if (what === 'dangling') symlinkSync(`${path}.not`, path)
  else if (what === 'directory') mkdirSync(path)
  else if (what !== 'nothing') {
    mkdirSync(`${path}.d`)
    return `${path}.d/x/y`
  }
  return path
}

const inFolder = <Result>(work: (folder: string) => Result): Result => {
  const folder = mkdtempSync(join(tmpdir(), 'lbprov-together-'))
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe.each(shells.map((shell) => [shell[0], shell] as const))('in %s', (_, shell) => {
  it.each([
    ['contents', contents],
    ['look', lookAt],
    ['sum', sumOf],
  ])('law: a question about a file is answered as if it were alone: %s', (_name, ask) => {
    const things = fc.uniqueArray(fc.tuple(name, thing), {
      minLength: 1,
      maxLength: 5,
      selector: ([first]) => first,
    })
    fc.assert(
      fc.property(things, (all) => {
        inFolder((folder) => {
          const paths = all.map(([each, what]) => put(join(folder, each), what))
          const questions = paths.map(ask)
          const kind = kindOf(questions[0])
          const together = kind.cut(said(kind.ask(paths), shell), paths)
          expect(together).toEqual(questions.map((question) => said(question, shell)))
        })
      }),
      { numRuns: 25 },
    )
  })
})

it.each(shells.map((shell) => [shell[0], shell] as const))(
  'packages are answered as if each were asked about alone, in %s',
  (_, shell) => {
    const names = ['bash', 'no-such-package', 'dpkg']
    const { probe } = packageResource.bind({ manager: 'apt', names })
    const questions = names.flatMap((each) => probe[each] ?? [])
    const kind = kindOf(questions[0])
    const together = kind.cut(said(kind.ask(names), shell), names)
    expect(together).toEqual(questions.map((question) => said(question, shell)))
    expect(together.map(({ exit, out }) => [exit, out])).toEqual([
      [0, 'installed\n'],
      [1, ''],
      [0, 'installed\n'],
    ])
  },
)

const files = kindOf(contents('/etc/hosts'))
const units = kindOf(isActive('firewalld'))

it.each([
  ['no answer at all', ''],
  ['a seal that is none', 'file\nfile\nboot\none\nboot\ntwo\nboot\n'],
  ['an end that is missing', `file\nfile\n0a1b2c3d-0000-4000-8000-00000000000f\none\n`],
])('an answer that does not say what each file holds is an error: %s', (_, out) => {
  const cut = () => files.cut({ exit: 1, out, err: 'cat: no such thing\n' }, ['/etc/a', '/etc/b'])
  expect(cut).toThrow(AnswerError)
  expect(cut).toThrow('cannot read /etc/a, /etc/b: cat: no such thing')
})

it.each([
  [
    'look at',
    kindOf(lookAt('/etc/a')),
    ['', 'there\n.\n', 'there\n.\n.\nregular file/root/root/644\n'],
  ],
  [
    'sum up',
    kindOf(sumOf('/etc/a')),
    ['', 'file\n', 'file\nnone\n', `file\nfile\n${'0'.repeat(64)}  /etc/a\n`],
  ],
] as const)('nor is one understood that does not %s each of them', (what, kind, all) => {
  for (const out of all) {
    const cut = () => kind.cut({ exit: 1, out, err: '' }, ['/etc/a', '/etc/b'])
    expect(cut).toThrow(AnswerError)
    expect(cut).toThrow(`cannot ${what} /etc/a`)
  }
})

it('a file that cannot be read says why, and the others are read', () => {
  const seal = '0a1b2c3d-0000-4000-8000-00000000000f\n'
  const out = `file\nfile\n${seal}${seal}two\n${seal}`
  const err = 'cat: /etc/a: Permission denied\n'
  expect(files.cut({ exit: 1, out, err }, ['/etc/a', '/etc/b'])).toEqual([
    { exit: 1, out: '', err },
    { exit: 0, out: 'two\n', err: '' },
  ])
})

it('each unit is as its line says, and none is known where systemd does not answer', () => {
  const names = ['firewalld', 'keepalived']
  const lines = (out: string) => units.cut({ exit: 0, out, err: '' }, names).map((each) => each.out)
  expect(lines('inactive\nactive\n')).toEqual(['inactive\n', 'active\n'])
  expect(lines('')).toEqual(['\n', '\n'].map(() => ''))
  expect(lines('Failed to connect to bus\n')).toEqual(['', ''])
})
