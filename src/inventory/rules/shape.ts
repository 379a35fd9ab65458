import { cardsIn } from './parts.ts'
import type { Complaint, Rule } from './rule.ts'

/** What belongs to a real server of lbprov's, and what to one that is only in the pool. */
export const realServerShape: Rule = ({ wish }) =>
  Object.entries(wish.real_servers).flatMap(([name, host]): readonly Complaint[] => {
    const path = ['real_servers', name]
    if (host.managed) {
      return [
        ...(host.address === undefined
          ? []
          : [
              {
                path: [...path, 'address'],
                message:
                  'the address belongs to a card: interfaces: { eth0: { network: …, address: … } }; alone it is for servers with managed: false',
              },
            ]),
        ...(host.interfaces === undefined && host.address === undefined
          ? [{ path, message: 'needs "interfaces" (or managed: false and an address)' }]
          : []),
      ]
    }
    const spare = (['ssh', 'network', 'interfaces', 'arp'] as const)
      .filter((key) => host[key] !== undefined)
      .map((key) => ({
        path: [...path, key],
        message: `${name} is not managed (managed: false), so nothing on it is provisioned; remove "${key}"`,
      }))
    return host.address === undefined
      ? [...spare, { path, message: 'needs "address": an unmanaged real server is known by it' }]
      : spare
  })

/** A card that is off has nothing else; one that is on has a network and an address. */
export const cards: Rule = ({ wish }) =>
  cardsIn(wish).flatMap(({ card, path, device }): readonly Complaint[] => {
    if (device === 'lo')
      return [
        {
          path,
          message: 'lo is not a card; what direct routing needs on lo is derived from the services',
        },
      ]
    const others = (['network', 'address', 'gateway'] as const).filter(
      (key) => card[key] !== undefined,
    )
    if (card.enabled === false)
      return others.map((key) => ({
        path: [...path, key],
        message: `the card is off (enabled: false), so it can have no ${key}; remove one of the two`,
      }))
    return (['network', 'address'] as const)
      .filter((key) => card[key] === undefined)
      .map((key) => ({
        path,
        message: `needs "${key}"; for a card that must stay off write enabled: false`,
      }))
  })
