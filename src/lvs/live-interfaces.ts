import type { Interface } from '../inventory/cluster.ts'
import type { Resource } from '../resource.ts'
import { address } from '../resources/address.ts'
import { link } from '../resources/link.ts'
import { route } from '../resources/route.ts'

/**
 * The live side of interfaces, whatever saves them: up, with their addresses one by one, and last the
 * default routes through them. It comes before the saved side, so that what the guard has to take back
 * was never saved, and does not come back with the next boot.
 */
export const liveInterfaces = (interfaces: readonly Interface[]): readonly Resource[] => {
  const used = interfaces.filter(({ enabled }) => enabled)
  return [
    ...used.flatMap(({ device, addresses }) => [
      link.bind({ device }),
      ...addresses.map(({ address: each, prefix }) =>
        address.bind({ device, address: each, prefix }),
      ),
    ]),
    ...used.flatMap(({ device, gateways }) => gateways.map((via) => route.bind({ via, device }))),
  ]
}
