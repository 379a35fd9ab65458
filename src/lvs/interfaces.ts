import type { Interface } from '../inventory/cluster.ts'
import type { Resource } from '../resource.ts'
import { file } from '../resources/file.ts'
import { ifupdown_sources } from '../resources/ifupdown_sources.ts'
import { liveInterfaces } from './live-interfaces.ts'
import { providerOf } from './provider.ts'
import type { Place, Task } from './task.ts'

/** The stanzas of one interface, as interfaces(5) has them. */
const interfacesText = ({ device, enabled, addresses, gateways }: Interface): string => {
  if (!enabled)
    return `# ${device} must not come up by itself: no "auto" line.\niface ${device} inet manual\n`
  const stanzas = addresses.map(({ address, prefix, family }) => [
    `iface ${device} inet${family === 6 ? '6' : ''} static`,
    `    address ${address}/${String(prefix)}`,
    ...gateways
      .filter((each) => each.includes(':') === (family === 6))
      .map((each) => `    gateway ${each}`),
  ])
  return `${[`auto ${device}`, ...stanzas.flat()].join('\n')}\n`
}

export const interfacesFiles = (
  { host }: Place,
  which: readonly Interface[],
): readonly Resource[] => [
  ifupdown_sources.bind({ devices: host.interfaces.map(({ device }) => device) }),
  ...which.map((each) =>
    file.bind({
      path: `/etc/network/interfaces.d/lbprov-${each.device}`,
      content: interfacesText(each),
      mode: '644',
    }),
  ),
]

export const interfaces: Task = {
  name: 'interfaces',
  summary:
    'Addresses and default route, live and for ifupdown; nothing where the host uses something else',
  resources: (place) => {
    const { interfaces: all } = place.host
    return providerOf(place) === 'ifupdown'
      ? [...liveInterfaces(all), ...interfacesFiles(place, all)]
      : []
  },
}
