import { lately } from '../lately.ts'
import type { Answer, Answers } from './answer.ts'

const sameAnswer = (one: Answer | undefined, other: Answer | undefined): boolean =>
  one === other || (one?.exit === other?.exit && one?.out === other?.out && one?.err === other?.err)

/** To the same questions, so the names are the same. */
const sameAnswers = (one: Answers, other: Answers): boolean => {
  for (const name in one) if (!sameAnswer(one[name], other[name])) return false
  return true
}

/** A wish that hosts have in common is one resource, and most of them are alike: what was read of such answers last is kept. */
export const latelyAnswered = <Read>(
  read: (answers: Answers) => Read,
): ((answers: Answers) => Read) => lately(read, sameAnswers)
