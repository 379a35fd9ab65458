import { works, type Cell, type Contestant, type Topology, type Work } from './cell.ts'

/** What a command line narrows; undefined: as usual. */
export interface Narrowing {
  readonly topology: Topology
  readonly hosts: readonly number[] | undefined
  readonly rtt: readonly number[] | undefined
  readonly work: readonly Work[] | undefined
  readonly who: readonly Contestant[] | undefined
}

/** One cell, and who does it in turn. */
export interface Round {
  readonly cell: Cell
  readonly who: readonly Contestant[]
}

/** Ansible takes minutes where the others take seconds. */
const patienceForAnsible = ({ hosts, rtt, topology }: Cell): boolean =>
  topology === 'nat' && (rtt === 0 ? [1, 20, 50].includes(hosts) : rtt === 50 && hosts === 20)

const usual = (cell: Cell): readonly Contestant[] => {
  if (cell.work === 'start') return ['lbprov', 'node']
  if (cell.work === 'check') return ['lbprov']
  if (cell.work !== 'nothing') return ['lbprov', 'floor']
  return [
    'lbprov',
    'floor',
    ...(cell.hosts === 1 && cell.rtt !== 10 ? (['bare'] as const) : []),
    ...(cell.hosts <= 200 && cell.rtt !== 10 ? (['xargs'] as const) : []),
    ...(patienceForAnsible(cell) ? (['ansible', 'mitogen'] as const) : []),
  ]
}

/** Whoever is not lbprov or its floor can only be asked to find nothing. */
const able = (who: Contestant, work: Work): boolean => {
  if (work === 'start') return who === 'lbprov' || who === 'node'
  if (work === 'check') return who === 'lbprov'
  if (who === 'node') return false
  return work === 'nothing' || who === 'lbprov' || who === 'floor'
}

const hostsOf = (work: Work, rtt: number): readonly number[] => {
  if (work === 'start') return [0]
  if (work === 'check') return [100, 1000]
  return rtt === 0 ? [1, 5, 20, 50, 200, 1000] : [1, 20, 50]
}

/**
 * All rounds, in the order in which the fleet grows: on bare hosts first, then on finished ones. A dimension that is named
 * is taken as it is, where the work has it; the others are as usual.
 */
export const roundsOf = ({ topology, hosts, rtt, work, who }: Narrowing): readonly Round[] => {
  const rounds = (work ?? works).flatMap((each): Round[] => {
    const isOffline = each === 'start' || each === 'check'
    const rtts = isOffline ? [0] : (rtt ?? (each === 'nothing' ? [0, 10, 50] : [0]))
    return rtts.flatMap((delay) =>
      ((isOffline ? undefined : hosts) ?? hostsOf(each, delay)).map((size) => {
        const cell: Cell = { topology, work: each, hosts: size, rtt: delay }
        const doers = (who ?? usual(cell)).filter((one) => able(one, each))
        return { cell, who: doers }
      }),
    )
  })
  return rounds
    .filter((round) => round.who.length > 0)
    .toSorted(
      ({ cell: one }, { cell: other }) =>
        one.hosts - other.hosts ||
        ['dry', 'first', 'nothing'].indexOf(one.work) -
          ['dry', 'first', 'nothing'].indexOf(other.work) ||
        one.rtt - other.rtt,
    )
}
