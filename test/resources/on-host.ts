import type { Change, Resource } from '../../src/resource.ts'
import type { Answer } from '../../src/sh/answer.ts'
import { pack, unpack } from '../../src/sh/frame.ts'
import type { Sh } from '../../src/sh/sh.ts'

/** Whatever runs a shell: a toy host, or this very machine. */
export interface Place {
  run(argv: readonly string[], input?: string): { readonly out: string; readonly err: string }
}

// busybox prefers its own applets to the coreutils and the iproute2 that every host of ours has.
const tools =
  'cat chcon chgrp chmod chown dd env grep head ip ls mkdir modprobe mv readlink rm rmdir sed sha256sum stat sync tail tr wc'.split(
    ' ',
  )
const busybox = tools.map((name) => `${name}() { /usr/bin/env ${name} "$@"; }\n`).join('')

/** Its name, how it is called, and what it must read before a script. */
export type Shell = readonly [string, readonly [string, ...string[]], string]

const dash: Shell = ['dash', ['dash'], '']

export const shells: readonly Shell[] = [
  dash,
  ['bash', ['bash', '--posix'], ''],
  ['busybox', ['busybox', 'sh'], busybox],
]

const mark = '00112233445566778899aabbccddeeff'

/** All steps in one script, each chained to the one before it, as a run's changes are. */
export const trip = (
  place: Place,
  steps: readonly Sh[],
  [, argv, prelude]: Shell = dash,
): readonly (Answer | undefined)[] =>
  unpack(
    place.run(
      argv,
      prelude +
        pack(
          steps.map((run) => ({ run, chained: true })),
          mark,
        ),
    ),
    mark,
  )

/** What the place says to questions, those of a kind asked together as a run asks them. */
const askOn = (place: Place, questions: readonly Sh[], shell?: Shell): readonly Answer[] => {
  const kinds = new Map(questions.flatMap(({ of }) => (of === undefined ? [] : [[of.kind, of]])))
  const told = new Map<Sh, Answer>()
  const ask = (run: Sh, of: readonly Sh[], cut: (answer: Answer) => readonly Answer[]): void => {
    const answer = trip(place, [run], shell)[0]
    if (answer === undefined) throw new Error(`no answer to ${run.shown}`)
    for (const [n, each] of cut(answer).entries()) told.set(of[n] ?? run, each)
  }
  for (const kind of kinds.keys()) {
    const of = questions.filter((question) => question.of?.kind === kind)
    const words = of.flatMap((question) => question.of?.word ?? [])
    ask(kind.ask(words), of, (answer) => kind.cut(answer, words))
  }
  for (const each of questions) if (each.of === undefined) ask(each, [each], (answer) => [answer])
  return questions.flatMap((question) => told.get(question) ?? [])
}

/** What the place says to the questions of a resource. */
export const answersOn = (
  place: Place,
  { probe }: Resource,
  shell?: Shell,
): Readonly<Record<string, Answer>> => {
  const answers = askOn(place, Object.values(probe), shell)
  return Object.fromEntries(
    Object.keys(probe).map((part, n) => [part, answers[n] ?? { exit: 255, out: '', err: '' }]),
  )
}

export const judgeOn = (place: Place, resource: Resource, shell?: Shell): readonly Change[] =>
  resource.judge(answersOn(place, resource, shell))

/** @throws Error with what a command had to say when it failed */
export const runOn = (place: Place, commands: readonly Sh[], shell?: Shell): void => {
  const answers = trip(place, commands, shell)
  for (const [n, command] of commands.entries()) {
    const answer = answers[n]
    if (answer?.exit !== 0) {
      throw new Error(`exit ${String(answer?.exit)}: ${command.shown}\n${answer?.err ?? ''}`)
    }
  }
}

/** What it took to bring the place to the wish. */
export const applyOn = (place: Place, resource: Resource, shell?: Shell): readonly Change[] => {
  const changes = judgeOn(place, resource, shell)
  runOn(
    place,
    changes.map(({ run }) => run),
    shell,
  )
  return changes
}
