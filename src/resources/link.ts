import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import { sh } from '../sh/sh.ts'
import { deviceName } from './device.ts'

export const link = defineResource({
  name: 'link',
  summary: 'A network interface that is up now; its saved side is a file of the network provider',
  schema: z.strictObject({ device: deviceName }),
  id: ({ device }) => device,
  probe: () => ({ live: sh`ip -o link` }),
  parse: ({ live }, { device }) => {
    if (live.exit !== 0) throw new AnswerError(`cannot read the interfaces: ${live.err.trim()}`)
    const links = [...live.out.matchAll(/^\d+: ([^:@\s]+)\S* <([^>]*)>/gm)].map(
      ([, name, flags]) => ({ name, up: flags?.split(',').includes('UP') === true }),
    )
    const found = links.find(({ name }) => name === device)
    if (found === undefined) {
      const names = links.flatMap(({ name }) => name ?? []).filter((name) => name !== 'lo')
      throw new AnswerError(
        `there is no interface ${device} here; this host has ${names.join(', ') || 'none but lo'}. Give the right name in its "interfaces" in the inventory.`,
      )
    }
    return found
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
