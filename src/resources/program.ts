import { z } from 'zod'

import { sh, type Hole, type Sh } from '../sh/sh.ts'

/** The words of a command that no shell reads. */
export const programWords = z.array(z.string().regex(/^[^\0]*$/, 'must not hold a NUL byte')).min(1)

// Between quotes, so that a program's name is never one of the shell's own words: `if`, `time`.
const quoted = (word: string): Sh => sh`''${word}`

const filled = (word: string, file: Sh): Hole =>
  word.split('%s').reduce<Sh | undefined>((text, piece) => {
    const next = piece === '' ? sh`` : sh`${piece}`
    return text === undefined ? next : sh`${text}${file}${next}`
  }, undefined) ?? ''

/** The command, each word as it is; with a file, %s stands for it. */
export const program = ([name = '', ...rest]: readonly string[], file?: Sh): Sh =>
  sh`${quoted(name)} ${rest.map((word) => (file === undefined || !word.includes('%s') ? word : filled(word, file)))}`
