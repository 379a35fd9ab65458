import { familyOf, isWithin, showFamily, showSubnet } from '../address.ts'
import { holds, showPorts } from '../derive/ports.ts'
import { liveCards, showCard, vipAddress, vipAt } from './parts.ts'
import { each } from './services.ts'
import { linksOf } from './paths.ts'
import type { Complaint, Rule } from './rule.ts'

const isLoopback = (address: string): boolean => /^127\.|^::1$/.test(address)

/** The sorry server can be reached as the service is. */
export const sorryServer = each((service, wish): readonly Complaint[] => {
  const sorry = service.sorry_server
  if (sorry === undefined) return []
  const vip = vipAt(wish, sorry.address)
  const families = service.vip.map((name) => familyOf(vipAddress(wish, name) ?? ''))
  const family = familyOf(sorry.address) ?? 4
  const said = (message: string | undefined): readonly Complaint[] =>
    message === undefined ? [] : [{ path: ['sorry_server', 'address'], message }]
  const router = liveCards(wish).find(
    ({ owner, card }) => owner.kind === 'routers' && card.address?.includes(sorry.address),
  )
  return [
    ...said(
      vip === undefined
        ? undefined
        : `${sorry.address} is the VIP "${vip}"; connections would come back to the routers, so name another machine`,
    ),
    ...said(
      router === undefined
        ? undefined
        : `${sorry.address} is ${showCard(router)}; when another router is active clients would get no answer from there, so name another machine`,
    ),
    ...said(
      families.every((found) => found !== undefined && found !== family)
        ? `${sorry.address} is ${showFamily(family)} and no VIP of this service is; IPVS cannot cross families`
        : undefined,
    ),
  ]
})

/** Only NAT brings what came to another port. */
export const sorryKeepsPort: Rule = ({ wish, cluster }) =>
  cluster.services.flatMap(({ name, forwarding, ports, virtualServers }): readonly Complaint[] => {
    const port = wish.services[name]?.sorry_server?.port
    const used = virtualServers.flatMap(({ sorryServer: one }) => one?.forwarding ?? [])
    const way = (used.length === 0 ? [forwarding] : used).find((each) => each !== 'nat')
    if (port === undefined || way === undefined || ports.length === 0 || holds(ports, port))
      return []
    const message = `${way} forwarding cannot turn port ${ports.map(showPorts).join(' or ')} into ${String(port)}; let the sorry server listen on the service's port`
    return [{ path: ['services', name, 'sorry_server', 'port'], message }]
  })

/** As any real server it must be where direct routing reaches it, or where NAT sees its answers again. */
export const sorryOnALink: Rule = ({ wish, cluster }) =>
  cluster.services.flatMap(({ name, virtualServers }): readonly Complaint[] => {
    const address = wish.services[name]?.sorry_server?.address
    const used = virtualServers.find(({ sorryServer: each }) => each !== undefined)
    const forwarding = used?.sorryServer?.forwarding
    const links = linksOf(cluster)
    if (address === undefined || forwarding === undefined || forwarding === 'tunnel') return []
    // A router may say sorry itself: IPVS hands to the host what is sent to an address of its own.
    if (isLoopback(address) || links.some((subnet) => isWithin(address, subnet))) return []
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
