import type { Change, Found, Retirement } from '../resource.ts'
import { lines, sh } from '../sh/sh.ts'
import type { TableDifference } from './ipvs-difference.ts'
import { loadConf, type Loading } from './keepalived-load.ts'
import { keepalivedUnit as unit, stoodDownNote } from './keepalived-watch.ts'
import { forgetNote } from './service-loaded.ts'

/** How keepalived is on a router. */
export interface DaemonIs {
  readonly masked: boolean
  readonly enabled: boolean
  readonly activity: string
  readonly runs: boolean
  /** It runs, with another text than the wished one. */
  readonly stale: boolean
  /** Of the file as it is on the disk; a dash: there is none. */
  readonly sum: string
  /** It runs, and says something else in VRRP than it will; or nobody knows what. */
  readonly disagrees: boolean
  /** The VIPs that are on a card here, the wished ones and those of the file as it is. */
  readonly holds: readonly string[]
  /** The VIPs that tell whether some router serves: the wished ones and those of the file as it is. */
  readonly watched: readonly string[]
  readonly table: readonly TableDifference[]
}

const stop = ({ activity, runs }: DaemonIs, before: DaemonIs): readonly Change[] =>
  before.runs || !(runs || activity === 'activating')
    ? []
    : [
        {
          what: `${unit}, live`,
          before: activity,
          after: 'stopped',
          // It waits until keepalived has taken its addresses and its virtual servers away.
          run: lines(sh`rm -f ${stoodDownNote}; ${forgetNote(unit)}`, sh`systemctl stop ${unit}`),
        },
      ]

const disable = ({ enabled }: DaemonIs, before: DaemonIs): readonly Change[] =>
  before.enabled || !enabled
    ? []
    : [
        {
          what: `${unit}, saved`,
          before: 'enabled',
          after: 'not started at boot',
          run: sh`systemctl -q disable ${unit}`,
        },
      ]

/** keepalived as it was before lbprov: stopped, or running what is its own file again. */
export const daemonBack = (kept: Loading, { before, is, wrote }: Found<DaemonIs>): Retirement => {
  // A file of ours goes back before a daemon that stays.
  const older = is.stale || (before.sum !== is.sum && wrote.includes(is.sum))
  return {
    changes: [
      ...stop(is, before),
      ...disable(is, before),
      ...(before.runs && is.runs && older
        ? [
            {
              what: `${unit}, live`,
              before: 'running with an older keepalived.conf',
              after: 'reloaded',
              run: loadConf(kept),
            },
          ]
        : []),
    ],
    left: [],
  }
}
