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
  parse: ({ live }, { device, made_by }) => {
    if (live.exit !== 0) throw new AnswerError(`cannot read the interfaces: ${live.err.trim()}`)
    const links = heldLinks(live.out)
    const found = links.find(({ name }) => name === device)
    if (found === undefined && made_by === undefined) {
      const names = links.map(({ name }) => name).filter((name) => name !== 'lo')
      throw new AnswerError(
        `there is no interface ${device} here; this host has ${names.join(', ') || 'none but lo'}. Give the right name in its "interfaces" in the inventory.`,
      )
    }
    return { up: found?.up === true }
  },
  diff: ({ device }, is) =>
    is.up
      ? []
      : [
          {
            what: `${device}, live`,
            before: 'down',
            after: 'up',
            run: sh`ip link set dev ${device} up`,
          },
        ],
})
