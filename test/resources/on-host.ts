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
  'cat chgrp chmod chown env grep ip mkdir modprobe mv readlink rm sha256sum stat sync tail wc'.split(
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

/** What the place says to the questions of a resource. */
export const answersOn = (
  place: Place,
  resource: Resource,
  shell?: Shell,
): Readonly<Record<string, Answer>> => {
  const entries = Object.entries(resource.probe)
  const answers = entries.map(
    ([part, question]) => [part, trip(place, [question], shell)[0]] as const,
  )
  return Object.fromEntries(answers) as Readonly<Record<string, Answer>>
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
