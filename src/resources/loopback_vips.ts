import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource, type Change } from '../resource.ts'
import { contents } from '../sh/contents.ts'
import { sh } from '../sh/sh.ts'
import { heldAddresses, type HeldAddress } from './held-address.ts'
import { familyOf, ipAddress } from './ip-address.ts'

const unit = '/etc/systemd/system/lbprov-vips.service'

const spelled = (address: string): string => `${address}/${familyOf(address) === 4 ? '32' : '128'}`

const isOnLo = ({ device, spelled: words, address }: HeldAddress): boolean =>
  device === 'lo' && words.join(' ') === spelled(address)

/** The addresses that a unit text puts on lo. */
const putBy = (text: string): readonly string[] =>
  [
    ...text.matchAll(/^ExecStart=.*\bip\b.* addr (?:add|replace) (\S+)\/(?:32|128) dev lo\b/gm),
  ].flatMap(([, address]) => address ?? [])

/** On another card it would be answered for, and with a network's prefix lo would take all of it. */
const refuseElsewhere = (held: HeldAddress): void => {
  if (isOnLo(held)) return
  const { address, device, spelled: words } = held
  const why =
    device === 'lo'
      ? "that prefix makes every address of its network the host's own"
      : 'a real server holds its VIPs on lo, where it can be silent about them'
  throw new AnswerError(
    `the VIP ${address} is on ${device} here as ${words.join(' ')}, and ${why}; take it off with "ip addr del ${words.join(' ')} dev ${device}", and out of whatever puts it there at boot, and run again.`,
  )
}

/** Without a VIP there is nothing to be silent about; with one, nothing keeps this host silent (E3). */
const refuseRedirected = ({ address, device, spelled: words }: HeldAddress): void => {
  throw new AnswerError(
    `the VIP ${address} is on ${device} here, and where its packets are redirected no host may hold it: it would answer ARP for it; take it off with "ip addr del ${words.join(' ')} dev ${device}", and out of whatever puts it there at boot, and run again.`,
  )
}

export const loopback_vips = defineResource({
  name: 'loopback_vips',
  summary:
    'The VIPs that a real server holds on lo, now; at boot lbprov-vips.service puts them there',
  schema: z.strictObject({
    addresses: z.array(ipAddress).describe('All VIPs that are wished'),
    redirected: z
      .array(ipAddress)
      .default([])
      .describe('VIPs whose packets are redirected: nobody may hold them here'),
    part: z
      .enum(['leaving', 'present'])
      .describe('leaving: ours that are not wished go; present: wished ones come'),
  }),
  id: ({ part }) => part,
  probe: () => ({ live: sh`ip -o addr`, unit: contents(unit) }),
  parse: ({ live, unit: text }, { addresses, redirected, part }) => {
    if (live.exit !== 0) throw new AnswerError(`cannot read the addresses: ${live.err.trim()}`)
    const held = heldAddresses(live.out)
    if (part === 'present') {
      held.filter(({ address }) => addresses.includes(address)).forEach(refuseElsewhere)
    }
    const ours = putBy(text.out)
    held
      .filter(({ address }) => redirected.includes(address) && !ours.includes(address))
      .forEach(refuseRedirected)
    return { onLo: held.filter(isOnLo).map(({ address }) => address), ours }
  },
  // No guard: they are on no wire, and no host is managed by an address that others hold too.
  diff: ({ addresses, part }, { onLo, ours }) =>
    part === 'leaving'
      ? onLo
          .filter((address) => ours.includes(address) && !addresses.includes(address))
          .map(takeOff)
      : addresses
          .filter((address) => !onLo.includes(address))
          .map((address) => ({
            what: 'VIP on lo, live',
            before: undefined,
            after: spelled(address),
            run: sh`ip addr add ${spelled(address)} dev lo ${familyOf(address) === 6 ? ['nodad'] : []}`,
          })),
  /*
   * Between two wishes of one run stands all that belongs to the first: the other part has put the wished ones on lo,
   * and the unit tells of no others.
   */
  after: ({ addresses, part }, { onLo, ours }) => {
    const stay = onLo.filter((address) => part === 'present' || !ours.includes(address))
    return { onLo: [...new Set([...stay, ...addresses])], ours: addresses }
  },
  retire: {
    keep: ({ part }) => ({ addresses: [], part }),
    // The unit still says which are ours: it goes after them. What somebody had put on lo before stays there.
    back: ({ part }, { before, is }) => {
      const theirs = before.onLo.filter((address) => !before.ours.includes(address))
      const ours = is.onLo.filter(
        (address) => is.ours.includes(address) && !theirs.includes(address),
      )
      // Both parts are remembered, and one is enough to take back.
      return { changes: part === 'present' ? ours.map(takeOff) : [], left: [] }
    },
  },
})

const takeOff = (address: string): Change => ({
  what: 'VIP on lo, live',
  before: spelled(address),
  after: undefined,
  run: sh`ip addr del ${spelled(address)} dev lo`,
})
