import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import { lines, sh, type Sh } from '../sh/sh.ts'
import { defaultRoutes, type DefaultRoute } from './default-route.ts'
import { deviceName } from './device.ts'
import { familyOf, ipAddress } from './ip-address.ts'

const option = (via: string): string => `-${String(familyOf(via))}`

// The lowest there is, so that ours wins: IPv6 takes 0 for "not given", which it makes 1024.
const strongest = (via: string): number => (familyOf(via) === 6 ? 1 : 0)

export const route = defineResource({
  name: 'route',
  summary: 'The default route now; its saved side is a file of the network provider',
  schema: z.strictObject({ via: ipAddress.describe('The gateway'), device: deviceName }),
  id: ({ via }) => `default ${option(via)}`,
  probe: ({ via }) => ({ live: sh`ip ${option(via)} route show default` }),
  parse: ({ live }) => {
    if (live.exit !== 0) {
      throw new AnswerError(`cannot read the default route: ${live.err.trim()}`)
    }
    return defaultRoutes(live.out)
  },
  diff: ({ via, device }, routes) => {
    const winner = routes[0]
    const way = `${via} dev ${device}`
    if (winner?.way === way) return []
    const metric = strongest(via)
    const wished = [
      'default',
      'via',
      via,
      'dev',
      device,
      ...(metric === 0 ? [] : ['metric', metric]),
    ]
    const replace = (words: readonly (string | number)[]): Sh =>
      sh`ip ${option(via)} route replace ${words}`
    const rival = routes.find((each) => each.metric === metric)
    return [
      {
        what: 'default route, live',
        before: winner?.shown,
        after: way,
        severs: true,
        run: replace(wished),
        undo:
          rival === undefined ? sh`ip ${option(via)} route del ${wished}` : replace(rival.words),
      },
    ]
  },
  retire: {
    keep: (should) => should,
    wrote: ({ via, device }) => `${via} dev ${device}`,
    back: ({ via }, { before, is, wrote }) => {
      const had = (routes: readonly DefaultRoute[], { shown }: DefaultRoute): boolean =>
        routes.some((each) => each.shown === shown)
      // With whatever metric: after a reboot it is the network provider who has set it.
      const ours = is.filter(
        (each) => each.way !== undefined && wrote.includes(each.way) && !had(before, each),
      )
      if (ours.length === 0) return { changes: [], left: [] }
      const best = before[0]
      const again = best === undefined || had(is, best) ? [] : [best]
      const replace = ({ words }: DefaultRoute): Sh => sh`ip ${option(via)} route replace ${words}`
      const del = ({ words }: DefaultRoute): Sh => sh`ip ${option(via)} route del ${words}`
      // What has the metric of another takes its place.
      const without = (routes: readonly DefaultRoute[], others: readonly DefaultRoute[]) =>
        routes.filter(({ metric }) => !others.some((each) => each.metric === metric))
      return {
        changes: [
          {
            what: 'default route, live',
            before: ours.map(({ shown }) => shown).join(', '),
            after: best?.shown,
            severs: true,
            run: lines(sh`set -e`, ...again.map(replace), ...without(ours, again).map(del)),
            undo: lines(...ours.map(replace), ...without(again, ours).map(del)),
          },
        ],
        left: [],
      }
    },
  },
})
