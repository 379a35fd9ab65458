import type { Outcome } from '../engine/outcome.ts'
import type { PhasePlan, Plan } from '../engine/plan.ts'
import { counted, foldedNames, thousands } from '../printable.ts'
import { showOutcome } from './report.ts'

/** With more hosts than this a phase is told as a whole: nobody follows a line for each. */
const mostLines = 20

/** The hosts on which a phase changes something. */
export const changing = ({ hosts }: PhasePlan): readonly string[] =>
  hosts.filter(({ changes }) => changes.length > 0).map(({ host }) => host)

const isCrowd = (phase: PhasePlan): boolean => changing(phase).length > mostLines

/** The hosts of one large phase, as they come out of it. */
export interface Crowd {
  readonly all: number
  /** How many have come out of it. */
  readonly done: () => number
  readonly note: (host: string, outcome: Outcome) => void
  /** `998 hosts  3,992 changed, proved`; undefined: none. */
  readonly changed: () => string | undefined
  /** What else became of hosts, none of them unnamed: `rs2, rs7  failed`. */
  readonly others: () => readonly string[]
}

const makeCrowd = (all: number): Crowd => {
  let done = 0
  let hosts = 0
  let changes = 0
  const others = new Map<string, string[]>()
  return {
    all,
    done: () => done,
    note: (host, outcome) => {
      done += 1
      if (outcome.kind === 'changed') {
        hosts += 1
        changes += outcome.changes
        return
      }
      const said = showOutcome(outcome)
      const names = others.get(said) ?? []
      names.push(host)
      others.set(said, names)
    },
    changed: () =>
      hosts === 0 ? undefined : `${counted(hosts, 'host')}  ${thousands(changes)} changed, proved`,
    others: () => [...others].map(([said, names]) => `${foldedNames(names, 'all')}  ${said}`),
  }
}

/** One for each large phase of a plan. */
export const crowdsOf = ({ phases }: Plan): ReadonlyMap<string, Crowd> =>
  new Map(phases.filter(isCrowd).map((phase) => [phase.name, makeCrowd(changing(phase).length)]))
