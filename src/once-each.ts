/** What follows from a thing that never changes: worked out when it is first asked for, and kept as long as the thing is. */
export const onceEach = <Thing extends object, Result>(
  workOut: (thing: Thing) => Result,
): ((thing: Thing) => Result) => {
  const known = new WeakMap<Thing, { readonly result: Result }>()
  return (thing) => {
    const before = known.get(thing)
    if (before !== undefined) return before.result
    const result = workOut(thing)
    known.set(thing, { result })
    return result
  }
}
