import type { ManagedHost } from '../inventory/cluster.ts'
import type { Resource } from '../resource.ts'
import { address } from '../resources/address.ts'
import { link } from '../resources/link.ts'

/** The live side of every interface, whatever its provider: up, with its addresses, one by one. */
export const liveInterfaces = ({ interfaces }: ManagedHost): readonly Resource[] =>
  interfaces
    .filter(({ enabled }) => enabled)
    .flatMap(({ device, addresses }) => [
      link.bind({ device }),
      ...addresses.map(({ address: each, prefix }) =>
        address.bind({ device, address: each, prefix }),
      ),
    ])
