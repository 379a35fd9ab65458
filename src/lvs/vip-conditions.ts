import type { ManagedHost } from '../inventory/cluster.ts'
import type { Resource } from '../resource.ts'
import { sysctl_condition } from '../resources/sysctl_condition.ts'
import { deviceKey } from './device-key.ts'
import type { DirectVip } from './direct-vips.ts'

/** E24: who proxies ARP on a VIP's network may answer for the VIP in place of the router that holds it. */
export const noProxyArp = (host: ManagedHost, networks: ReadonlySet<string>): readonly Resource[] =>
  host.interfaces
    .filter(({ enabled, network }) => enabled && network !== undefined && networks.has(network))
    .map(({ device }) =>
      sysctl_condition.bind({
        keys: ['proxy_arp', 'proxy_arp_pvlan'].flatMap((setting) => [
          deviceKey(4, 'all', setting),
          deviceKey(4, device, setting),
        ]),
        allowed: ['0'],
        because:
          '%s lets this host answer ARP for others, and on the network of a VIP it would answer for a VIP that another host holds; set it to 0, in the file of /etc/sysctl.d that sets it too, and run again.',
      }),
    )

/**
 * E25: a real server whose default route leaves by another card than the one where the clients' packets come
 * in drops them under a strict rp_filter. A tunnel's packets come in on its own device.
 */
export const looseRpFilter = (
  host: ManagedHost,
  vips: readonly DirectVip[],
): readonly Resource[] => {
  const way = host.interfaces.find(({ gateways }) => gateways.some((each) => !each.includes(':')))
  const devices = vips
    .filter(({ vip, ways }) => vip.family === 4 && ways.includes('direct'))
    .map(({ device }) => device)
  return [...new Set(devices)]
    .filter((device) => way !== undefined && way.device !== device)
    .map((device) =>
      sysctl_condition.bind({
        keys: [deviceKey(4, 'all', 'rp_filter'), deviceKey(4, device, 'rp_filter')],
        allowed: ['0', '2'],
        because: `%s drops what clients send to the VIPs: it comes in by ${device}, and the way back to them leaves by ${way?.device ?? 'another card'}; set net.ipv4.conf.${device.replaceAll('.', '/')}.rp_filter = 2 in a file of /etc/sysctl.d, load it with "sysctl --system", and run again.`,
      }),
    )
}
