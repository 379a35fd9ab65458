export const topologies = ['nat', 'direct'] as const
export type Topology = (typeof topologies)[number]

/**
 * What is done: a run with nothing to do, a first apply on bare hosts, a dry run of that; `start`: the process alone;
 * `check`: an inventory of `hosts` real servers, offline.
 */
export const works = ['nothing', 'dry', 'first', 'start', 'check'] as const
export type Work = (typeof works)[number]

export const contestants = [
  'lbprov',
  'floor',
  'bare',
  'xargs',
  'ansible',
  'mitogen',
  'node',
] as const
export type Contestant = (typeof contestants)[number]

/** What is measured, whoever does it. */
export interface Cell {
  readonly topology: Topology
  readonly work: Work
  readonly hosts: number
  /** Round-trip time, milliseconds. */
  readonly rtt: number
}

/** One whole process and its children, seen from outside. */
export interface Measured {
  readonly wallMs: number
  /** User and system. */
  readonly cpuMs: number
  /** Peak resident memory of the largest process. */
  readonly peakMb: number
}

export const showCell = ({ topology, work, hosts, rtt }: Cell): string =>
  `${topology}, ${work}, ${String(hosts)} hosts, ${String(rtt)} ms`
