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

const whole = (question: Sh, shell: Shell): Answer =>
  trip(here, [question], shell)[0] ?? { exit: 255, out: '', err: 'no answer' }

/** As its reader has it: NULs are only between what several were told. */
const said = (question: Sh, shell: Shell): Answer => {
  const { exit, out, err } = whole(question, shell)
  return { exit, out, err }
}

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
          const questions = paths.map((path) => ask(path))
          const words = questions.flatMap(({ of }) => of?.word ?? [])
          const kind = kindOf(questions[0])
          const together = kind.cut(whole(kind.ask(words), shell), words)
          expect(together).toEqual(questions.map((question) => said(question, shell)))
        })
      }),
      { numRuns: 8 },
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
const wordsOf = (...questions: readonly Sh[]): readonly string[] =>
  questions.flatMap(({ of }) => of?.word ?? [])

const found = 'there regular file/root/root/644/1790000000\nregular\n.\n'
const sum = 'ab'.repeat(32)

it.each([
  ['no answer at all', contents, ''],
  ['one of two', contents, found],
  ['no end', contents, `${found}${found}/etc/a\0one\0/etc/b\0two\0`],
  ['an end like a text', contents, `${found}${found}/etc/a\0one\0/etc/b\0end\x000\0`],
  ['a reader that was killed', contents, `${found}${found}/etc/a\0one\0end\x00137\0`],
  ['a text that was not asked for', contents, `${found}${found}/etc/c\0x\0end\x000\0`],
  ['a text behind the end', contents, `${found}${found}end\x000\0/etc/a\0x\0`],
  ['a text without an end', contents, `${found}${found}end\x000\0/etc/a`],
  ['a state without an end', lookAt, `${found}absent\n${'missing /x\n'.repeat(2000)}.\nend\x000\0`],
  ['a state that does not end', lookAt, `${found}there regular file/root/root/644/1790000000\n`],
  ['a state that is none', lookAt, `${found}regular\n.\nend\x000\0`],
  ['one sum of two', sumOf, `${found}${found}${sum}  /etc/a\nend\x000\0`],
  ['a sum that is none', sumOf, `${found}${found}${sum}  /etc/a\nno sum\nend\x000\0`],
] as const)('what does not say all that was asked is not understood: %s', (_, ask, raw) => {
  const cut = () =>
    files.cut(
      { exit: 1, out: '', raw, err: 'no such thing\n' },
      wordsOf(ask('/etc/a'), ask('/etc/b')),
    )
  expect(cut).toThrow(AnswerError)
  expect(cut).toThrow('cannot look at /etc/a, /etc/b: no such thing')
})

it('a file that cannot be read says why, and the others are read', () => {
  const raw = `${found}${found}${found}/etc/b\0two\n\0!/etc/c\0/etc/c changed while it was read\0end\x002\0`
  const err = 'grep: /etc/a: Input/output error\n'
  const words = wordsOf(contents('/etc/a'), contents('/etc/b'), contents('/etc/c'))
  expect(files.cut({ exit: 0, out: '', raw, err }, words)).toEqual([
    { exit: 1, out: '', err },
    { exit: 0, out: 'two\n', err: '' },
    { exit: 1, out: '', err: '/etc/c changed while it was read\n' },
  ])
})

it('each unit is as its line says, and none is known where systemd does not answer', () => {
  const names = ['firewalld', 'keepalived']
  const lines = (out: string) => units.cut({ exit: 0, out, err: '' }, names).map((each) => each.out)
  expect(lines('inactive\nactive\n')).toEqual(['inactive\n', 'active\n'])
  expect(lines('')).toEqual(['\n', '\n'].map(() => ''))
  expect(lines('Failed to connect to bus\n')).toEqual(['', ''])
})
