import { AnswerError, LbprovError } from '../errors.ts'
import type { Peer } from '../peer.ts'
import type { ManifestEntry, Resource } from '../resource.ts'
import type { Answer } from '../sh/answer.ts'
import type { Step } from '../sh/frame.ts'
import type { Kind, Sh } from '../sh/sh.ts'
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

const alone = (question: Sh): Asked => ({
  run: question,
  of: [question],
  cut: (answer) => [answer],
})

const inOne = (kind: Kind, of: readonly Sh[]): Asked => {
  const words = of.flatMap(({ of: member }) => member?.word ?? [])
  return { run: askOf(kind)(words), of, cut: (answer) => kind.cut(answer, words) }
}

const asked = onceEach((resources: readonly Resource[]): readonly Asked[] => {
  const each = new Map<string, Sh>()
  for (const { probe } of resources) {
    for (const question of Object.values(probe)) each.set(question.text, question)
  }
  const kinds = new Map<Kind, Sh[]>()
  for (const question of each.values()) {
    if (question.of === undefined) continue
    const { kind } = question.of
    const members = kinds.get(kind)
    if (members === undefined) kinds.set(kind, [question])
    else members.push(question)
  }
  // All of a kind where its first one stands.
  return [...each.values()].flatMap((question) => {
    const of = question.of && kinds.get(question.of.kind)
    if (question.of === undefined || of === undefined || of.length === 1) return [alone(question)]
    return of[0] === question ? [inOne(question.of.kind, of)] : []
  })
})

/** All questions of the resources, each put once however many resources ask it, and those of a kind in one script. */
export const questions = (resources: readonly Resource[]): readonly Sh[] =>
  asked(resources).map(({ run }) => run)

export const steps = (questioned: readonly Sh[]): readonly Step[] =>
  questioned.map((run) => ({ run }))

/** Answers by the names of their questions, which were put in that order. */
export const named = <Name extends string>(
  names: readonly Name[],
  answers: readonly (Answer | undefined)[],
): Readonly<Record<Name, Answer>> =>
  Object.fromEntries(
    names.map((name, n) => [name, answers[n] ?? { exit: 255, out: '', err: 'no answer' }]),
  ) as Record<Name, Answer>

/** A change by its own name: what it runs may begin with what must stand on the host before it. */
export const changeStep = ({ what, run }: PlannedChange): Step => ({
  run,
  name: what,
  chained: true,
})

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
  /** Its daemon among those of other hosts, where it keeps one. */
  readonly peer: Peer | undefined
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
        peer: resource.peer?.(own),
      }
    })
  })
}
