import { hint } from '../../faults/nearest.ts'
import { shown } from '../../faults/schema-faults.ts'
import { familyOf } from '../address.ts'
import { cardsIn, itemsAt, liveCards, repeated } from './parts.ts'
import type { Rule } from './rule.ts'

/** Every network that a card names exists. */
export const networkNames: Rule = ({ wish }) =>
  cardsIn(wish).flatMap(({ card, path }) => {
    if (card.network === undefined || Object.hasOwn(wish.networks, card.network)) return []
    const known = Object.keys(wish.networks)
    const message = `no network is called ${shown(card.network)}${hint(card.network, known)}`
    return [{ path: [...path, 'network'], message }]
  })

/** Every VIP that a service or a gateway names exists. */
export const vipNames: Rule = ({ wish }) => {
  const known = Object.keys(wish.vips)
  const services = Object.entries(wish.services).flatMap(([name, { vip }]) =>
    itemsAt(vip, ['services', name, 'vip']),
  )
  const gateways = Object.entries(wish.networks).flatMap(([name, { gateway }]) =>
    itemsAt(gateway, ['networks', name, 'gateway']).filter(
      ({ item }) => familyOf(item) === undefined,
    ),
  )
  const own = liveCards(wish).flatMap(({ card, path }) =>
    itemsAt(card.gateway, [...path, 'gateway']).filter(({ item }) => familyOf(item) === undefined),
  )
  return [...services, ...gateways, ...own]
    .filter(({ item }) => !Object.hasOwn(wish.vips, item))
    .map(({ item, path }) => ({
      path,
      message:
        familyOf(item) === undefined
          ? `no VIP is called ${shown(item)}${hint(item, known)}`
          : `names an address; give ${item} a name under "vips" and write that name here`,
    }))
}

/** Every real server that a service names exists, once. */
export const realServerNames: Rule = ({ wish }) =>
  Object.entries(wish.services).flatMap(([service, { real_servers = [], vip }]) => {
    const path = ['services', service, 'real_servers']
    const unknown = real_servers
      .filter(({ name }) => !Object.hasOwn(wish.real_servers, name))
      .map(({ name, at }) => ({
        path: [...path, ...at],
        message: `no real server is called ${shown(name)}${hint(name, Object.keys(wish.real_servers))}`,
      }))
    const twice = repeated(real_servers, ({ name }) => name).map(({ again }) => ({
      path: [...path, ...again.at],
      message: `${shown(again.name)} is in this pool already; weights make a share bigger, not repetition`,
    }))
    const vips = repeated(itemsAt(vip, ['services', service, 'vip']), ({ item }) => item)
    const same = vips.map(({ again }) => ({
      path: again.path,
      message: `${shown(again.item)} is named twice`,
    }))
    return [...unknown, ...twice, ...same]
  })
