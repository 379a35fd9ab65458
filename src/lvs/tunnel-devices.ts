import type { Family } from '../inventory/network.ts'
import type { DirectVip } from './direct-vips.ts'

/** What takes IPVS's packets out of their outer packet: the module, and the device that comes with it. */
export interface TunnelDevice {
  readonly family: Family
  readonly module: string
  readonly device: string
}

const all: readonly TunnelDevice[] = [
  { family: 4, module: 'ipip', device: 'tunl0' },
  { family: 6, module: 'ip6_tunnel', device: 'ip6tnl0' },
]

/** The devices on which this real server's VIPs are reached; none: nothing comes through a tunnel. */
export const tunnelDevices = (vips: readonly DirectVip[]): readonly TunnelDevice[] =>
  all.filter(({ family }) =>
    vips.some(({ vip, ways }) => vip.family === family && ways.includes('tunnel')),
  )
