import { familyOf, isWithin, showFamily, showSubnet } from '../address.ts'
import { holds, portsOf, showPorts } from '../derive/ports.ts'
import { vipAddress, vipAt } from './parts.ts'
import { each } from './services.ts'
import { linksOf } from './paths.ts'
import type { Complaint, Rule } from './rule.ts'

/** The sorry server can be reached as the service is. */
export const sorryServer = each((service, wish): readonly Complaint[] => {
  const sorry = service.sorry_server
  if (sorry === undefined) return []
  const forwarding = service.forwarding ?? wish.forwarding
  const vip = vipAt(wish, sorry.address)
  const families = service.vip.map((name) => familyOf(vipAddress(wish, name) ?? ''))
  const family = familyOf(sorry.address) ?? 4
  const ports = portsOf(service)
  const said = (key: string, message: string | undefined): readonly Complaint[] =>
    message === undefined ? [] : [{ path: ['sorry_server', key], message }]
  const isStrange =
    forwarding !== 'nat' &&
    sorry.port !== undefined &&
    ports.length > 0 &&
    !holds(ports, sorry.port)
  return [
    ...said(
      'address',
      vip === undefined
        ? undefined
        : `${sorry.address} is the VIP "${vip}"; connections would come back to the routers, so name another machine`,
    ),
    ...said(
      'address',
      families.every((found) => found !== undefined && found !== family)
        ? `${sorry.address} is ${showFamily(family)} and no VIP of this service is; IPVS cannot cross families`
        : undefined,
    ),
    ...said(
      'port',
      isStrange
        ? `${forwarding} forwarding cannot turn port ${ports.map(showPorts).join(' or ')} into ${String(sorry.port)}; let the sorry server listen on the service's port`
        : undefined,
    ),
  ]
})

/** As any real server it must be where direct routing reaches it, or where NAT sees its answers again. */
export const sorryOnALink: Rule = ({ wish, cluster }) =>
  cluster.services.flatMap(({ name, forwarding, virtualServers }): readonly Complaint[] => {
    const address = wish.services[name]?.sorry_server?.address
    const isUsed = virtualServers.some(({ sorryServer: used }) => used !== undefined)
    const links = linksOf(cluster)
    if (address === undefined || !isUsed || forwarding === 'tunnel') return []
    if (links.some((subnet) => isWithin(address, subnet))) return []
    const path = ['services', name, 'sorry_server', 'address']
    const where = `${address} is on no link of the routers (${links.map(showSubnet).join(', ')})`
    return forwarding === 'direct'
      ? [
          {
            path,
            message: `${where}; direct routing rewrites the Ethernet address only, so name a sorry server on such a network`,
          },
        ]
      : [
          {
            path,
            message: `${where}; under NAT its answers must still pass the active router`,
            warning: true,
          },
        ]
  })
