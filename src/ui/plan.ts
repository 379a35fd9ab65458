import { changesOf, type HostPlan, type PhasePlan, type Plan } from '../engine/plan.ts'
import { showChange } from './diff.ts'
import type { Paint } from './paint.ts'
import { printable } from '../printable.ts'

interface HostBlock {
  readonly host: string
  readonly lines: readonly string[]
  /** The last phase that changes it: its place in the order. */
  readonly last: number
  readonly place: number
  readonly serial: boolean
}

const phaseLines = (
  { name }: PhasePlan,
  { changes }: HostPlan,
  paint: Paint,
  verbose: boolean,
): readonly string[] =>
  changes
    .flatMap((change) => showChange(change, paint, verbose))
    .map((line, n) => `  ${(n === 0 ? name : '').padEnd(10)}${line}`.trimEnd())

const blocks = (plan: Plan, paint: Paint, verbose: boolean): readonly HostBlock[] => {
  const hosts = [...new Set(plan.phases.flatMap((phase) => phase.hosts.map(({ host }) => host)))]
  return hosts.map((host) => {
    const mine = plan.phases.flatMap((phase, n) => {
      const place = phase.hosts.findIndex((each) => each.host === host)
      const hostPlan = phase.hosts[place]
      return hostPlan === undefined || hostPlan.changes.length === 0
        ? []
        : [
            {
              n,
              place,
              serial: phase.serial !== undefined,
              lines: phaseLines(phase, hostPlan, paint, verbose),
            },
          ]
    })
    const last = mine.at(-1)
    return {
      host,
      lines: mine.flatMap(({ lines }) => lines),
      last: last?.n ?? -1,
      place: last?.place ?? 0,
      serial: last?.serial ?? false,
    }
  })
}

/** Hosts whose changes read the same stand together, in the order in which they are done. */
const grouped = (all: readonly HostBlock[]): ReadonlyMap<string, readonly HostBlock[]> => {
  const groups = new Map<string, HostBlock[]>()
  for (const block of [...all].sort((a, b) => a.last - b.last || a.place - b.place)) {
    const text = block.lines.join('\n')
    groups.set(text, [...(groups.get(text) ?? []), block])
  }
  return groups
}

/** The plan as an operator reads it: host by host, what changes and how. */
export const showPlan = (plan: Plan, paint: Paint, verbose: boolean): string => {
  const all = blocks(plan, paint, verbose)
  const changing = [...grouped(all.filter(({ lines }) => lines.length > 0))].map(
    ([text, hosts]) => {
      const names = hosts.map(({ host }) => paint.bold(host))
      return `${names.join(hosts.every(({ serial }) => serial) ? ', then ' : ', ')}\n${text}\n`
    },
  )
  const left = plan.phases.flatMap(({ hosts }) =>
    hosts.flatMap(({ host, left: sentences }) =>
      sentences.map((sentence) => `${paint.bold(host)} · ${printable(sentence)}\n`),
    ),
  )
  const still = all.filter(({ lines }) => lines.length === 0).map(({ host }) => host)
  return [
    ...changing,
    ...left,
    ...(still.length > 0 ? [`${still.join(', ')} · nothing to do\n`] : []),
  ].join('')
}

const plural = (n: number, word: string): string => `${String(n)} ${word}${n === 1 ? '' : 's'}`

/** `7 changes on 3 hosts`. */
export const sizeOf = (plan: Plan): string => {
  const changes = changesOf(plan)
  const hosts = new Set(changes.map(({ host }) => host)).size
  return `${plural(changes.length, 'change')} on ${plural(hosts, 'host')}`
}
