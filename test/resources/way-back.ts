import type { Change, ManifestEntry, Resource, ResourceKind } from '../../src/resource.ts'
import { resourceKinds } from '../../src/resources/index.ts'
import type { Answers } from './sets.ts'

/** Its line of the manifest, as it comes back from a host. */
export const remembered = (
  wish: Resource,
  before: Answers,
  ...later: readonly Resource[]
): ManifestEntry => {
  const [first, ...others] = [wish, ...later].map((each) => each.remember(before))
  if (first === undefined) throw new Error('nothing is remembered')
  const entry = {
    ...first,
    wish: others.at(-1)?.wish ?? first.wish,
    wrote: [first, ...others].flatMap((each) => each?.wrote ?? []),
  }
  return JSON.parse(JSON.stringify(entry)) as ManifestEntry
}

/** What the manifest keeps, once it has been on a host's disk. */
export const kept = (resource: Resource, before: Answers): unknown =>
  JSON.parse(JSON.stringify(resource.remember(before)))

const orphanOf = (kind: ResourceKind, resource: Resource, before: Answers): Resource =>
  kind.orphan(kept(resource, before) as Parameters<typeof kind.orphan>[0])

export const kindOf = ({ kind }: Resource): ResourceKind => {
  const found = resourceKinds.find(({ name }) => name === kind)
  if (found === undefined) throw new Error(kind)
  return found
}

export const back = (
  kind: ResourceKind,
  resource: Resource,
  before: Answers,
  is: Answers,
): { readonly changes: readonly Change[]; readonly left: readonly string[] } => {
  const orphan = orphanOf(kind, resource, before)
  return { changes: orphan.judge(is), left: orphan.left?.(is) ?? [] }
}

export const shown = (changes: readonly Change[]): readonly string[] =>
  changes.map(({ what, before, after }) => `${what}: ${before ?? '-'} → ${after ?? '-'}`)
