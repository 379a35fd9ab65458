import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import { sh, type Sh } from '../sh/sh.ts'
import { defaultRoutes } from './default-route.ts'
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
})
