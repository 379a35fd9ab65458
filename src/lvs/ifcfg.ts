import { spell } from '../inventory/address.ts'
import type { Interface } from '../inventory/cluster.ts'
import type { Address } from '../inventory/network.ts'
import type { Resource } from '../resource.ts'
import { file } from '../resources/file.ts'
import { liveInterfaces } from './live-interfaces.ts'
import { providerOf } from './provider.ts'
import type { Place, Task } from './task.ts'

const netmask = ({ prefix }: Address): string =>
  spell((0xffffffffn << BigInt(32 - prefix)) & 0xffffffffn, 4)

const isIpv6 = (gateway: string): boolean => gateway.includes(':')

/** An ifcfg file as the guides print it: Load Balancer Administration (RHEL 6), 3.1; sysconfig.txt for IPv6. */
const ifcfgText = ({ device, enabled, addresses, gateways }: Interface): string => {
  const v4 = addresses.filter(({ family }) => family === 4)
  const v6 = addresses.filter(({ family }) => family === 6)
  const lines = [
    `DEVICE=${device}`,
    ...(enabled ? ['BOOTPROTO=static', 'ONBOOT=yes'] : ['BOOTPROTO=none', 'ONBOOT=no']),
    ...v4.flatMap((each) => [`IPADDR=${each.address}`, `NETMASK=${netmask(each)}`]),
    ...gateways.filter((each) => !isIpv6(each)).map((each) => `GATEWAY=${each}`),
    ...v6.flatMap(({ address, prefix }) => [
      'IPV6INIT=yes',
      `IPV6ADDR=${address}/${String(prefix)}`,
    ]),
    ...gateways.filter(isIpv6).map((each) => `IPV6_DEFAULTGW=${each}`),
  ]
  return `${lines.join('\n')}\n`
}

export const ifcfgFiles = (_: Place, which: readonly Interface[]): readonly Resource[] =>
  which.map((each) =>
    file.bind({
      path: `/etc/sysconfig/network-scripts/ifcfg-${each.device}`,
      content: ifcfgText(each),
      mode: '644',
    }),
  )

export const ifcfg: Task = {
  name: 'ifcfg',
  summary:
    'Addresses and default route, live and in network-scripts; nothing where the host uses something else',
  resources: (place) => {
    const { interfaces } = place.host
    return providerOf(place) === 'ifcfg'
      ? [...liveInterfaces(interfaces), ...ifcfgFiles(place, interfaces)]
      : []
  },
}
