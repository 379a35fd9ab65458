import type { Resource } from '../resource.ts'
import { kernel_module } from '../resources/kernel_module.ts'
import { link } from '../resources/link.ts'
import { sysctl } from '../resources/sysctl.ts'
import { deviceKey } from './device-key.ts'
import { directVips } from './direct-vips.ts'
import type { Task } from './task.ts'
import { tunnelDevices } from './tunnel-devices.ts'

export const tunnel: Task = {
  name: 'tunnel',
  summary: 'The real servers of a tunnelled service take IP out of IP: tunl0, ip6tnl0',
  resources: ({ cluster, host }) => {
    if (host.role !== 'real_server') return []
    return tunnelDevices(directVips(cluster, host)).flatMap(
      ({ family, module, device }): readonly Resource[] => [
        kernel_module.bind({ name: module }),
        ...(family === 6
          ? []
          : [
              sysctl.bind({
                key: deviceKey(4, device, 'rp_filter'),
                value: 2,
                // The kernel takes the greater of "all" and the card, and loose is the greatest.
                reason: 'LVS: clients come in by the tunnel and are answered by another card',
              }),
            ]),
        link.bind({ device, made_by: module }),
      ],
    )
  },
}
