import type { ManifestEntry, Resource } from '../resource.ts'
import type { Judged } from './ask.ts'
import type { Remembered } from './memory.ts'
import type { HostPlan, Phase, PhasePlan, Plan } from './plan.ts'

/** The resources of one host, by phase. */
export type Wishes = ReadonlyMap<string, readonly Resource[]>

/** Says of each change whether it also undoes what somebody did there since lbprov wrote it. */
export const withDrift = (
  judged: readonly Judged[],
  manifest: readonly Remembered[],
): readonly Judged[] =>
  judged.map((each) => {
    const { resource, changes, there } = each
    if (changes.length === 0) return each
    const wrote = manifest.find(({ id }) => id === resource.id)?.wrote ?? []
    if (there === undefined || wrote.length === 0 || wrote.includes(there)) return each
    const drift = 'changed on the host since lbprov wrote it'
    return {
      ...each,
      changes: changes.map((change, n) =>
        n > 0
          ? change
          : { ...change, note: change.note === undefined ? drift : `${change.note}; ${drift}` },
      ),
    }
  })

/** By place, not by resource: equal wishes are one, and it is judged anew where it stands a second time. */
const byPhase = (
  wishes: Wishes,
  judged: readonly Judged[],
): ReadonlyMap<string, readonly Judged[]> => {
  let from = 0
  return new Map(
    [...wishes].map(([phase, { length }]) => [phase, judged.slice(from, (from += length))]),
  )
}

const hostPlan = (host: string, judged: readonly Judged[]): HostPlan => ({
  host,
  changes: judged.flatMap(({ changes }) => changes),
  unchanged: judged.filter(({ changes }) => changes.length === 0).length,
  left: judged.flatMap(({ left }) => left),
})

/** Of two wishes with one id, the first finds the host as it was; both may leave their word there. */
export const findings = (judged: readonly Judged[]): ReadonlyMap<string, ManifestEntry> => {
  const found = new Map<string, ManifestEntry>()
  for (const { memory } of judged) {
    if (memory === undefined) continue
    const first = found.get(memory.id)
    found.set(
      memory.id,
      first === undefined ? memory : { ...first, wrote: [...first.wrote, ...memory.wrote] },
    )
  }
  return found
}

/** In a serial phase, what must come last does. */
const inOrder = (serial: number | undefined, hosts: readonly HostPlan[]): readonly HostPlan[] => {
  if (serial === undefined) return hosts
  const isLast = ({ changes }: HostPlan): boolean =>
    changes.some(({ comesLast }) => comesLast === true)
  return [...hosts.filter((host) => !isLast(host)), ...hosts.filter(isLast)]
}

/** The plan, from what each host's resources say of its answers, in the order of its wishes. */
export const planOf = (
  phases: readonly Phase[],
  wishes: ReadonlyMap<string, Wishes>,
  judged: ReadonlyMap<string, readonly Judged[]>,
): Plan => {
  const said = new Map(
    [...judged].map(([host, all]) => [host, byPhase(wishes.get(host) ?? new Map(), all)]),
  )
  return {
    phases: phases.map(({ name, hosts, serial, needs }): PhasePlan => ({
      name,
      serial,
      needs,
      hosts: inOrder(
        serial,
        hosts.flatMap((host) => {
          const mine = said.get(host)
          return mine === undefined ? [] : [hostPlan(host, mine.get(name) ?? [])]
        }),
      ),
    })),
  }
}
