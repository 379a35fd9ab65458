import { createHash } from 'node:crypto'

import { Secret, reveal } from './secret.ts'

/** The same for equal wishes and for no others; of a secret it holds only a sum. */
export const wishText = (should: unknown): string =>
  JSON.stringify(should, function (this: Readonly<Record<string, unknown>>, key, value: unknown) {
    const held = this[key]
    return held instanceof Secret ? createHash('sha256').update(reveal(held)).digest('hex') : value
  })

/** What is asked for at most a few times, and often never. */
export const once = <Value>(work: () => Value): (() => Value) => {
  let done: { readonly value: Value } | undefined
  return () => (done ??= { value: work() }).value
}

/** Wishes that a kind keeps bound; more are bound anew. */
const mostKept = 5000

/** Most hosts wish the same, and a run asks several times what it wishes: equal wishes are bound once. */
export const boundOnce = <Wish, Bound>(bind: (wish: Wish) => Bound): ((wish: Wish) => Bound) => {
  const kept = new Map<string, Bound>()
  return (wish) => {
    const text = wishText(wish)
    const bound = kept.get(text) ?? bind(wish)
    if (kept.size >= mostKept) kept.clear()
    kept.set(text, bound)
    return bound
  }
}
