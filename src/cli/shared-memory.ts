import type { Memories } from '../engine/ask-peers.ts'
import type { Cluster } from '../inventory/cluster.ts'
import { readDrained } from '../lvs/drained.ts'
import { readRoster } from '../lvs/roster.ts'
import type { KnownHost, Place } from '../lvs/task.ts'

/** What the routers remember, all together: one of them may be new. */
export interface SharedMemory extends Pick<Place, 'drained' | 'roster'> {
  /** The routers that answered, and remember anything at all. */
  readonly routers: readonly string[]
  /** Which of them remember a real server as drained, by its name. */
  readonly drainedBy: ReadonlyMap<string, readonly string[]>
  /** How each host is reached, by its name, as each of them remembers it. */
  readonly knownBy: ReadonlyMap<string, ReadonlyMap<string, KnownHost>>
}

const gather = <Item, Value>(
  routers: readonly (readonly [string, readonly Item[]])[],
  nameOf: (item: Item) => string,
  valueOf: (item: Item) => Value,
): ReadonlyMap<string, ReadonlyMap<string, Value>> => {
  const all = new Map<string, Map<string, Value>>()
  for (const [router, items] of routers) {
    for (const item of items) {
      const by = all.get(nameOf(item)) ?? new Map<string, Value>()
      all.set(nameOf(item), by.set(router, valueOf(item)))
    }
  }
  return all
}

export const sharedMemory = ({ routers }: Cluster, facts: Memories): SharedMemory => {
  const records = routers.flatMap(({ name }) => {
    const found = facts.get(name)?.memory.records
    return found === undefined || Object.keys(found).length === 0 ? [] : [[name, found] as const]
  })
  const drained = gather(
    records.map(([router, { drained: text }]) => [router, readDrained(text)] as const),
    (name) => name,
    () => true,
  )
  const known = gather(
    records.map(([router, { roster: text }]) => [router, readRoster(text)] as const),
    ({ name }) => name,
    (host) => host,
  )
  return {
    routers: records.map(([name]) => name),
    drained: [...drained.keys()],
    drainedBy: new Map([...drained].map(([name, by]) => [name, [...by.keys()]])),
    roster: [...known.values()].flatMap((by) => [...by.values()].slice(-1)),
    knownBy: known,
  }
}
