import { describe, expect, it } from 'vitest'

import type { Cluster, RealServer } from '../../src/inventory/cluster.ts'
import { directVips } from '../../src/lvs/direct-vips.ts'
import { directBoth, tunnelBoth } from './direct-inventories.ts'
import { clusterOf, guideNetwork, kitchenSink } from './inventories.ts'

const realServer = ({ realServers }: Cluster, name: string): RealServer => {
  const found = realServers.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no real server ${name}`)
  return found
}

/** `www by direct at eth0 192.168.76.21: tcp 80`. */
const said = (inventory: string, name: string): readonly string[] => {
  const cluster = clusterOf(inventory)
  return directVips(cluster, realServer(cluster, name)).map(
    ({ vip, ways, device, source, asked }) =>
      `${vip.name} by ${ways.join(', ')} at ${device} ${source}: ${asked
        .map(
          ({ protocol, ports }) =>
            `${protocol} ${ports.map(({ first, last }) => `${String(first)}-${String(last)}`).join(' ')}`,
        )
        .join('; ')}`,
  )
}

describe('the VIPs of a real server', () => {
  it('are those of all its services, with every port once and in order', () => {
    expect(said(directBoth('sysctl'), 'rs1')).toEqual([
      'www by direct at eth0.76 192.168.76.21: tcp 80-80 443-443 8000-8010 8080-8080; udp 53-53',
      'www6 by direct at eth0.76 2001:db8:76::21: tcp 80-80 443-443 8000-8010; sctp 3868-3868',
      'other by direct at eth0.76 192.168.76.21: tcp 25-25',
    ])
  })

  it('are only those of its own services', () => {
    expect(said(directBoth('sysctl'), 'rs2')).toEqual([
      'www by direct at eth0 192.168.76.22: tcp 80-80 443-443 8000-8010',
      'www6 by direct at eth0 2001:db8:76::22: tcp 80-80 443-443 8000-8010',
      'other by direct at eth0 192.168.76.22: tcp 25-25',
    ])
  })

  it('are none under NAT', () => {
    expect(said(guideNetwork('203.0.113'), 'rs1')).toEqual([])
  })

  it('come through a tunnel from another network, of the families it has', () => {
    expect(said(tunnelBoth('sysctl'), 'rs1')).toEqual([
      'www by tunnel at eth0 198.51.100.21: tcp 80-80',
      'www6 by tunnel at eth0 2001:db8:100::21: tcp 80-80',
    ])
    expect(said(tunnelBoth('sysctl'), 'rs2')).toEqual([
      'www by tunnel at eth0 198.51.100.22: tcp 80-80',
    ])
  })

  it('follow the forwarding of each real server, not of the service', () => {
    expect(said(kitchenSink, 'rs1')).toEqual([])
    expect(said(kitchenSink, 'rs3')).toEqual(['www by direct at eth0 203.0.113.23: tcp 8080-8080'])
    expect(said(kitchenSink, 'rs4')).toEqual(['www by tunnel at eth0 198.51.100.24: tcp 8080-8080'])
  })
})
