import { constants } from 'node:fs'
import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { quote } from '../../sh/sh.ts'
import { reveal, type Secret } from '../../secret.ts'

/** What ssh wants of a person. ssh(1), SSH_ASKPASS; SSH_ASKPASS_PROMPT. */
export interface Question {
  /** The process that asks. */
  readonly asker: string
  /** `tell`: nothing is to be answered. */
  readonly kind: 'ask' | 'confirm' | 'tell'
  /** Partly the host's own words. */
  readonly text: string
}

/** Characters of a question that are read. */
const mostText = 4096

/**
 * The program that ssh asks a person by, in one folder with its questions. It puts the question into a file, says so on
 * stderr in words that nobody else knows, and waits at a pipe: the answer is on no disk and in no list of processes.
 */
export const askpassScript = (folder: string, nonce: string): string => `#!/bin/sh
umask 077
cd ${quote(folder)} || exit 1
mkfifo "answer.$$" && exec 3<>"answer.$$" || exit 1
printf '%s\\n%s\\n%s' "$PPID" "\${SSH_ASKPASS_PROMPT:-}" "$1" >"question.$$" || exit 1
printf '\\n%s\\n' "${nonce} $$" >&2
IFS= read -r answer <&3
rm -f "answer.$$" "question.$$"
case $answer in
+*) printf '%s\\n' "\${answer#+}" ;;
*) exit 1 ;;
esac
`

/** The question that a line of stderr speaks of; undefined: it speaks of none. */
export const questionOf = async (folder: string, number: string): Promise<Question | undefined> => {
  const text = await readFile(join(folder, `question.${number}`), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const [asker = '', hint = '', ...rest] = text.slice(0, mostText).split('\n')
  const kind = hint === 'none' ? 'tell' : hint === 'confirm' ? 'confirm' : 'ask'
  return { asker, kind, text: rest.join('\n') }
}

/** Nothing is written to a pipe at which nobody waits any more. */
export const answerTo = async (
  folder: string,
  number: string,
  answer: Secret | undefined,
): Promise<void> => {
  const path = join(folder, `answer.${number}`)
  const line = answer === undefined ? '-\n' : `+${reveal(answer)}\n`
  try {
    const pipe = await open(path, constants.O_WRONLY | constants.O_NONBLOCK)
    try {
      await pipe.write(line)
    } finally {
      await pipe.close()
    }
  } catch {
    await rm(path, { force: true })
  }
}
