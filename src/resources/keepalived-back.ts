import type { Change, Found, Retirement } from '../resource.ts'
import { lines, sh } from '../sh/sh.ts'
import type { DaemonIs } from './keepalived-is.ts'
import { loadConf, type Loading } from './keepalived-load.ts'
import { enableUnit } from './enable-unit.ts'
import { standDownChange, standsDown, watchersNote } from './keepalived-stand-down.ts'
import { keepalivedUnit as unit, unlessServed } from './keepalived-unit.ts'
import { forgetNote } from './service-loaded.ts'

const stop = ({ activity, runs }: DaemonIs, before: DaemonIs): readonly Change[] =>
  before.runs || !(runs || activity === 'activating')
    ? []
    : [
        {
          what: `${unit}, live`,
          before: activity,
          after: 'stopped',
          // It waits until keepalived has taken its addresses and its virtual servers away.
          run: lines(sh`rm -f ${watchersNote}; ${forgetNote(unit)}`, sh`systemctl stop ${unit}`),
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

/** It stands down first, because the router with the VIPs is about to have its own former file again. */
const waits = (routers: number, { before, is }: Found<DaemonIs>) =>
  before.runs ? standsDown({ routers, peer: before.file }, is) : undefined

/** keepalived as it was before lbprov: stopped, or running what is its own file again. */
export const daemonBack = (
  { routers, ...kept }: Loading & { readonly routers: number },
  found: Found<DaemonIs>,
): Retirement => {
  const { before, is, wrote } = found
  // A file of ours goes back before a daemon that stays.
  const older = is.stale || (before.sum !== is.sum && wrote.includes(is.sum))
  const stoodDown = waits(routers, found)
  const stopped = stoodDown === 'live'
  return {
    changes: [
      ...stop(is, before),
      ...disable(is, before),
      ...enableUnit(unit, stoodDown === undefined || !before.enabled),
      ...(before.runs && is.runs && (older || stopped)
        ? [
            {
              what: `${unit}, live`,
              before: stopped ? 'stopped' : 'running with an older keepalived.conf',
              after: stopped ? 'running' : 'reloaded',
              ...(stopped && { comesLast: true as const }),
              adopts: unlessServed([]),
              run: loadConf(kept),
            },
          ]
        : []),
    ],
    left: [],
  }
}

/** What goes before that, on a router that holds no VIP. */
export const giveWay = (routers: number, found: Found<DaemonIs>): Retirement => {
  const part = waits(routers, found)
  return { changes: part === undefined ? [] : [standDownChange(part, found.is)], left: [] }
}
