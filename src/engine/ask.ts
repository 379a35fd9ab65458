import { AnswerError, LbprovError } from '../errors.ts'
import type { ManifestEntry, Resource } from '../resource.ts'
import type { Answer, Step } from '../sh/frame.ts'
import { sh, type Kind, type Sh } from '../sh/sh.ts'
import { lately } from '../lately.ts'
import { onceEach } from '../once-each.ts'
import type { PlannedChange } from './plan.ts'

/** One script, and the questions that its answer answers. */
interface Asked {
  readonly run: Sh
  readonly of: readonly Sh[]
  readonly cut: (answer: Answer) => readonly Answer[]
}

/** Most hosts are asked about the same. */
const askOf = onceEach((kind: Kind) =>
  lately(
    (words: readonly string[]) => kind.ask(words),
    (one, other) => one.length === other.length && one.every((word, n) => word === other[n]),
  ),
)

const inOne = (of: readonly Sh[], kind: Kind | undefined): Asked => {
  const [first] = of
  if (kind === undefined || first === undefined || of.length === 1) {
    return { run: first ?? sh`:`, of, cut: (answer) => [answer] }
  }
  const words = of.flatMap(({ of: member }) => member?.word ?? [])
  return { run: askOf(kind)(words), of, cut: (answer) => kind.cut(answer, words) }
}

const asked = onceEach((resources: readonly Resource[]): readonly Asked[] => {
  const each = new Map<string, Sh>()
  for (const { probe } of resources) {
    for (const question of Object.values(probe)) each.set(question.text, question)
  }
  // A question of no kind is alone of its own.
  const kinds = new Map<Kind | Sh, Sh[]>()
  for (const question of each.values()) {
    const kind = question.of?.kind ?? question
    kinds.set(kind, [...(kinds.get(kind) ?? []), question])
  }
  return [...kinds.values()].map((of) => inOne(of, of[0]?.of?.kind))
})

/** All questions of the resources, each put once however many resources ask it, and those of a kind in one script. */
export const questions = onceEach((resources: readonly Resource[]): readonly Sh[] =>
  asked(resources).map(({ run }) => run),
)

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

/** The texts of a resource's questions, by name. */
const partsOf = onceEach(({ probe }: Resource): readonly (readonly [string, string])[] =>
  Object.entries(probe).map(([part, { text }]) => [part, text]),
)

/** An answer that is not understood is the host's. */
const orOfHost = <Result>(host: string, read: () => Result): Result => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof LbprovError)) throw error
    throw new AnswerError(`${host}: ${error.message}`, { cause: error })
  }
}

/** What each resource says of the answers to `questions(resources)`; of two with one id, the later knows the earlier. */
export const judge = (
  host: string,
  resources: readonly Resource[],
  answers: readonly (Answer | undefined)[],
): readonly Judged[] => {
  const known = new Map<string, Answer>()
  for (const [n, { run, of, cut }] of asked(resources).entries()) {
    const answer = answers[n]
    if (answer === undefined) throw new AnswerError(`${host}: gave no answer to "${run.shown}".`)
    const told = orOfHost(host, () => cut(answer))
    for (const [m, question] of of.entries()) {
      const own = told[m]
      if (own !== undefined) known.set(question.text, own)
    }
  }
  const earlier = new Map<string, readonly Resource[]>()
  return resources.map((resource) => {
    const { id } = resource
    const own: Record<string, Answer> = {}
    for (const [part, question] of partsOf(resource)) {
      const answer = known.get(question)
      if (answer !== undefined) own[part] = answer
    }
    const before = earlier.get(id) ?? []
    earlier.set(id, [...before, resource])
    return orOfHost(host, () => {
      const changes = resource.judge(own, before)
      return {
        resource,
        changes: changes.map((change) => ({ ...change, resource: id })),
        memory: changes.length === 0 ? undefined : resource.remember(own),
        there: changes.length === 0 ? undefined : resource.there?.(own),
        left: resource.left?.(own) ?? [],
      }
    })
  })
}
