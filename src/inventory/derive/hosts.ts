import { familyOf, isWithin } from '../address.ts'
import type { Interface, RealServer, Router } from '../cluster.ts'
import type { Address, Network, Vip } from '../network.ts'
import type { Wish } from '../schema.ts'
import { sshOf, type Origin } from './ssh.ts'

type Cards = Wish['routers'][string]['interfaces']

interface Surroundings {
  readonly networks: readonly Network[]
  readonly vips: readonly Vip[]
}

const addressOn = (address: string, network: Network | undefined): readonly Address[] => {
  const family = familyOf(address)
  const subnet =
    network?.subnets.find((candidate) => isWithin(address, candidate)) ??
    network?.subnets.find((candidate) => candidate.family === family)
  return subnet === undefined || family === undefined
    ? []
    : [{ address, prefix: subnet.prefix, family }]
}

const networkGateways = (
  network: Network | undefined,
  isRouter: boolean,
  vips: readonly Vip[],
): readonly string[] => {
  if (network === undefined) return []
  // A router that routed through its own VIP would route in a circle.
  const own = isRouter ? [] : vips.filter(({ name }) => network.gatewayVips.includes(name))
  return [...network.gateways, ...own.map(({ address }) => address)]
}

const interfacesOf = (
  cards: Cards,
  isRouter: boolean,
  { networks, vips }: Surroundings,
): readonly Interface[] =>
  Object.entries(cards).map(([device, card]) => {
    const enabled = card.enabled ?? true
    const network = networks.find(({ name }) => name === card.network)
    if (!enabled) return { device, enabled, network: network?.name, addresses: [], gateways: [] }
    const addresses = (card.address ?? []).flatMap((address) => addressOn(address, network))
    // A name is a VIP's; of names that name nothing a rule speaks.
    const given = (card.gateway ?? []).flatMap((text) =>
      familyOf(text) === undefined
        ? vips.filter(({ name }) => name === text).map(({ address }) => address)
        : [text],
    )
    const derived = card.gateway?.length === 0 ? [] : networkGateways(network, isRouter, vips)
    const gateways = addresses.flatMap(({ family }) => {
      const found =
        given.find((text) => familyOf(text) === family) ??
        derived.find((text) => familyOf(text) === family)
      return found === undefined ? [] : [found]
    })
    return { device, enabled, network: network?.name, addresses, gateways }
  })

/** The routers, in the inventory's order. */
export const routersOf = (wish: Wish, around: Surroundings, origin: Origin): readonly Router[] =>
  Object.entries(wish.routers).map(([name, host]) => ({
    role: 'router',
    name,
    ssh: sshOf(wish, name, origin),
    provider: host.network?.provider ?? wish.network.provider,
    firewall: host.firewall ?? wish.firewall,
    priority: host.priority,
    interfaces: interfacesOf(host.interfaces, true, around),
  }))

/** The real servers that lbprov provisions, in the inventory's order. */
export const realServersOf = (
  wish: Wish,
  around: Surroundings,
  origin: Origin,
): readonly RealServer[] =>
  Object.entries(wish.real_servers)
    .filter(([, host]) => host.managed)
    .map(([name, host]) => ({
      role: 'real_server',
      name,
      ssh: sshOf(wish, name, origin),
      provider: host.network?.provider ?? wish.network.provider,
      firewall: wish.firewall,
      arp: host.arp ?? wish.arp ?? 'sysctl',
      interfaces: interfacesOf(host.interfaces ?? {}, false, around),
    }))
