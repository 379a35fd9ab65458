import { AnswerError, LbprovError } from '../errors.ts'
import type { ManifestEntry, Resource } from '../resource.ts'
import type { Answer, Step } from '../sh/frame.ts'
import type { Sh } from '../sh/sh.ts'
import { onceEach } from '../once-each.ts'
import type { PlannedChange } from './plan.ts'

const text = ({ text: words }: Sh): string => words

/** All questions of the resources, each put once however many resources ask it. */
export const questions = onceEach((resources: readonly Resource[]): readonly Sh[] => {
  const asked = new Map<string, Sh>()
  for (const { probe } of resources) {
    for (const question of Object.values(probe)) asked.set(text(question), question)
  }
  return [...asked.values()]
})

export const steps = (questioned: readonly Sh[]): readonly Step[] =>
  questioned.map((run) => ({ run }))

/** What a resource says of the answers. */
export interface Judged {
  readonly resource: Resource
  readonly changes: readonly PlannedChange[]
  /** Its line of the manifest, should it be changed. */
  readonly memory: ManifestEntry | undefined
  /** What is there now, in the manifest's word for it. */
  readonly there: string | undefined
  /** What of it is not taken back, for an orphan. */
  readonly left: readonly string[]
}

/** What each resource says of the answers to `questions(resources)`; of two with one id, the later knows the earlier. */
export const judge = (
  host: string,
  resources: readonly Resource[],
  answers: readonly (Answer | undefined)[],
): readonly Judged[] => {
  const known = new Map<string, Answer>()
  for (const [n, question] of questions(resources).entries()) {
    const answer = answers[n]
    if (answer === undefined)
      throw new AnswerError(`${host}: gave no answer to "${question.shown}".`)
    known.set(text(question), answer)
  }
  const earlier = new Map<string, readonly Resource[]>()
  return resources.map((resource) => {
    const { id } = resource
    const own = Object.fromEntries(
      Object.entries(resource.probe).map(([part, question]) => [part, known.get(text(question))]),
    ) as Readonly<Record<string, Answer>>
    const before = earlier.get(id) ?? []
    earlier.set(id, [...before, resource])
    try {
      const changes = resource.judge(own, before)
      return {
        resource,
        changes: changes.map((change) => ({ ...change, resource: id })),
        memory: changes.length === 0 ? undefined : resource.remember(own),
        there: changes.length === 0 ? undefined : resource.there?.(own),
        left: resource.left?.(own) ?? [],
      }
    } catch (error) {
      if (!(error instanceof LbprovError)) throw error
      throw new AnswerError(`${host}: ${error.message}`, { cause: error })
    }
  })
}
