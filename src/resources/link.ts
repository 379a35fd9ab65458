import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import { sh } from '../sh/sh.ts'
import { deviceName } from './device.ts'
import { heldLinks } from './links.ts'

export const link = defineResource({
  name: 'link',
  summary: 'A network interface that is up now; its saved side is a file of the network provider',
  schema: z.strictObject({
    device: deviceName,
    made_by: z
      .string()
      .regex(/^\w+$/, 'must be the name of a kernel module, with _ for -')
      .optional()
      .describe(
        'The kernel module that makes it; until it is loaded, the interface counts as down',
      ),
  }),
  id: ({ device }) => device,
  probe: () => ({ live: sh`ip -o link` }),
  parse: ({ live }, { device }) => {
    if (live.exit !== 0) throw new AnswerError(`cannot read the interfaces: ${live.err.trim()}`)
    const links = heldLinks(live.out)
    const found = links.find(({ name }) => name === device)
    return {
      up: found?.up === true,
      there: found !== undefined,
      cards: links.map(({ name }) => name).filter((name) => name !== 'lo'),
    }
  },
  diff: ({ device, made_by }, is) => {
    if (!is.there && made_by === undefined) {
      throw new AnswerError(
        `there is no interface ${device} here; this host has ${is.cards.join(', ') || 'none but lo'}. Give the right name in its "interfaces" in the inventory.`,
      )
    }
    return is.up
      ? []
      : [
          {
            what: `${device}, live`,
            before: 'down',
            after: 'up',
            run: sh`ip link set dev ${device} up`,
          },
        ]
  },
  retire: {
    keep: (should) => should,
    back: ({ device }, { before, is }) => ({
      changes:
        before.up || !is.up
          ? []
          : [
              {
                what: `${device}, live`,
                before: 'up',
                after: 'down',
                severs: true,
                run: sh`ip link set dev ${device} down`,
                undo: sh`ip link set dev ${device} up`,
              },
            ],
      left: [],
    }),
  },
})
