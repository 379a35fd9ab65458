import { createHash } from 'node:crypto'

import { Secret, reveal } from './secret.ts'

type Held = Readonly<Record<string, unknown>>

const summed = (holder: Held, key: string, value: unknown): unknown => {
  const held = holder[key]
  return held instanceof Secret ? createHash('sha256').update(reveal(held)).digest('hex') : value
}

/** The same for equal wishes and for no others; of a secret it holds only a sum. */
export const wishText = (should: unknown): string =>
  JSON.stringify(should, function (this: Held, key, value: unknown) {
    return summed(this, key, value)
  })

/** What is asked for at most a few times, and often never. */
export const once = <Value>(work: () => Value): (() => Value) => {
  let done: { readonly value: Value } | undefined
  return () => (done ??= { value: work() }).value
}

/** Wishes that a kind keeps bound; more are bound anew. */
const mostKept = 5000

/** Characters and items that a wish may have to be kept: a pool of a thousand real servers is a router's own. */
const longest = 2000
const mostItems = 100

interface Seen {
  items: number
  secret: boolean
}

/** Whether all that a wish holds is short, and what was seen on the way. */
const isShort = (held: unknown, seen: Seen): boolean => {
  seen.items += 1
  if (seen.items > mostItems) return false
  if (typeof held === 'string') return held.length <= longest
  if (typeof held !== 'object' || held === null) return true
  if (held instanceof Secret) {
    seen.secret = true
    return true
  }
  for (const key in held) if (!isShort((held as Held)[key], seen)) return false
  return true
}

/** `wishText`, or undefined where that would be long. It is asked for some hundred times a host: so it goes the short way. */
const shortText = (wish: unknown): string | undefined => {
  const seen = { items: 0, secret: false }
  if (!isShort(wish, seen)) return undefined
  return seen.secret ? wishText(wish) : JSON.stringify(wish)
}

/** Most hosts wish the same, and a run asks several times what it wishes: equal wishes are bound once. */
export const boundOnce = <Wish, Bound>(bind: (wish: Wish) => Bound): ((wish: Wish) => Bound) => {
  const kept = new Map<string, Bound>()
  return (wish) => {
    const text = shortText(wish)
    if (text === undefined) return bind(wish)
    const bound = kept.get(text) ?? bind(wish)
    if (kept.size >= mostKept) kept.clear()
    kept.set(text, bound)
    return bound
  }
}
