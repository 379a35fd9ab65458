import { address } from '../resources/address.ts'
import { link } from '../resources/link.ts'
import type { Task } from './task.ts'

export const addresses: Task = {
  name: 'addresses',
  summary: 'Interfaces up, with their addresses, live; ifcfg or interfaces saves them',
  resources: ({ host: { interfaces } }) =>
    interfaces
      .filter(({ enabled }) => enabled)
      .flatMap(({ device, addresses: held }) => [
        link.bind({ device }),
        ...held.map((each) => address.bind({ device, address: each.address, prefix: each.prefix })),
      ]),
}
