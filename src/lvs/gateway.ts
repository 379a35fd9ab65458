import type { Interface } from '../inventory/cluster.ts'
import type { Provider } from '../platform.ts'
import type { Resource } from '../resource.ts'
import { ifcfgFiles } from './ifcfg.ts'
import { interfacesFiles } from './interfaces.ts'
import { liveInterfaces } from './live-interfaces.ts'
import { providerOf } from './provider.ts'
import type { Place, Task } from './task.ts'

// The saved side of the default route is a line in the interface's own file.
const savedBy: Readonly<
  Record<Provider, (place: Place, which: readonly Interface[]) => readonly Resource[]>
> = { ifcfg: ifcfgFiles, ifupdown: interfacesFiles }

export const gateway: Task = {
  name: 'gateway',
  summary: 'The default route, live and saved; under NAT a real server answers through the NAT VIP',
  resources: (place) => {
    const ways = place.host.interfaces.filter(({ gateways }) => gateways.length > 0)
    return [...liveInterfaces(ways), ...savedBy[providerOf(place)](place, ways)]
  },
}
