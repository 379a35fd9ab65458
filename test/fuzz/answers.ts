import type { Resource } from '../../src/resource.ts'
import type { Answer } from '../../src/sh/answer.ts'

// Between the parts of an answer, and between answers; a host that sends these says nothing that lbprov asked for.
const PART = '\u241f'
const ANSWER = '\u241e'

/** Answers as one text, for a fuzzer to change. */
export const asText = (answers: readonly Answer[]): string =>
  answers.map(({ exit, out, err }) => [String(exit), out, err].join(PART)).join(ANSWER)

/** As many answers as are wanted; what is missing is empty. */
const asAnswers = (text: string, count: number): readonly Answer[] => {
  const found = text.split(ANSWER)
  return Array.from({ length: count }, (_, n) => {
    // As `unpack` gives them.
    const [exit = '', raw = '', err = ''] = (found[n] ?? '').split(PART)
    return {
      exit: Math.abs(Number.parseInt(exit, 10) || 0) % 256,
      out: raw.replaceAll('\0', '\ufffd'),
      err: err.replaceAll('\0', '\ufffd'),
      ...(raw.includes('\0') && { raw }),
    }
  })
}

/** The same by the names of questions. */
export const answersTo = (
  names: readonly string[],
  text: string,
): Readonly<Record<string, Answer>> => {
  const answers = asAnswers(text, names.length)
  return Object.fromEntries(
    names.map((name, n) => [name, answers[n] ?? { exit: 1, out: '', err: '' }]),
  )
}

export const questionsOf = ({ probe }: Resource): readonly string[] => Object.keys(probe)
