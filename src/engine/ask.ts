import { AnswerError, LbprovError } from '../errors.ts'
import type { Resource } from '../resource.ts'
import type { Answer, Step } from '../sh/frame.ts'
import type { Sh } from '../sh/sh.ts'
import type { PlannedChange } from './plan.ts'

const text = ({ text: words }: Sh): string => words

/** All questions of the resources, each put once however many resources ask it. */
export const questions = (resources: readonly Resource[]): readonly Sh[] => {
  const asked = new Map<string, Sh>()
  for (const { probe } of resources) {
    for (const question of Object.values(probe)) asked.set(text(question), question)
  }
  return [...asked.values()]
}

export const steps = (questioned: readonly Sh[]): readonly Step[] =>
  questioned.map((run) => ({ run }))

/** What each resource says of the answers to `questions(resources)`. */
export const judge = (
  host: string,
  resources: readonly Resource[],
  answers: readonly (Answer | undefined)[],
): readonly { readonly resource: Resource; readonly changes: readonly PlannedChange[] }[] => {
  const known = new Map<string, Answer>()
  for (const [n, question] of questions(resources).entries()) {
    const answer = answers[n]
    if (answer === undefined)
      throw new AnswerError(`${host}: gave no answer to "${question.shown}".`)
    known.set(text(question), answer)
  }
  return resources.map((resource) => {
    const own = Object.entries(resource.probe).map(
      ([part, question]) => [part, known.get(text(question))] as const,
    )
    try {
      const changes = resource.judge(Object.fromEntries(own) as Readonly<Record<string, Answer>>)
      return { resource, changes: changes.map((change) => ({ ...change, resource: resource.id })) }
    } catch (error) {
      if (!(error instanceof LbprovError)) throw error
      throw new AnswerError(`${host}: ${error.message}`, { cause: error })
    }
  })
}
