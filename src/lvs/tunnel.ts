import type { Resource } from '../resource.ts'
import { kernel_module } from '../resources/kernel_module.ts'
import { link } from '../resources/link.ts'
import { sysctl } from '../resources/sysctl.ts'
import { sysctl_condition } from '../resources/sysctl_condition.ts'
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
              // A device without an address, as this one is, passes nothing under a loose filter either.
              sysctl.bind({
                key: deviceKey(4, device, 'rp_filter'),
                value: 0,
                reason: 'LVS: clients come in by the tunnel and are answered by another card',
              }),
              sysctl_condition.bind({
                keys: [deviceKey(4, 'all', 'rp_filter')],
                allowed: ['0'],
                because: `%s overrules the 0 of ${device}, and every request that comes through the tunnel would be dropped; set net.ipv4.conf.all.rp_filter = 0 in a file of /etc/sysctl.d (each card keeps its own), load it with "sysctl --system", and run again.`,
              }),
            ]),
        link.bind({ device, made_by: module }),
      ],
    )
  },
}
