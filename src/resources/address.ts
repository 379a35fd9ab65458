import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import { lines, sh, type Sh } from '../sh/sh.ts'
import { deviceName } from './device.ts'
import { heldAddresses, type HeldAddress } from './held-address.ts'
import { familyOf, ipAddress } from './ip-address.ts'

export const address = defineResource({
  name: 'address',
  summary: 'An address on an interface now; its saved side is a file of the network provider',
  schema: z.strictObject({
    device: deviceName,
    address: ipAddress,
    prefix: z.int().min(0).max(128),
  }),
  id: ({ address }) => address,
  probe: () => ({ live: sh`ip -o addr` }),
  parse: ({ live }, { address }) => {
    if (live.exit !== 0) throw new AnswerError(`cannot read the addresses: ${live.err.trim()}`)
    return heldAddresses(live.out).filter((each) => each.address === address)
  },
  diff: ({ device, address, prefix }, held) => {
    const elsewhere = held.find((each) => each.device !== device)
    if (elsewhere !== undefined) {
      throw new AnswerError(
        `${address} is on ${elsewhere.device} here, and the inventory wants it on ${device}; give the right interface in the inventory, or take the address off ${elsewhere.device} by hand.`,
      )
    }
    const wished = `${address}/${String(prefix)}`
    const others = held.filter(({ spelled }) => spelled.join(' ') !== wished)
    const add = sh`ip addr add ${wished} ${familyOf(address) === 4 ? ['broadcast', '+'] : []} dev ${device}`
    const del = sh`ip addr del ${wished} dev ${device}`
    if (others.length === held.length) {
      return [
        {
          what: `address on ${device}, live`,
          before: others[0]?.spelled.join(' '),
          after: wished,
          reachAt: address,
          severs: true,
          ...exchange(address, device, {
            add: [add],
            del: others.map((each) => take(each)),
            undoAdd: others.map((each) => bringBack(each)),
            undoDel: [del],
          }),
        },
      ]
    }
    return others.map((other) => ({
      what: `address on ${device}, live`,
      before: other.spelled.join(' '),
      after: undefined,
      severs: true,
      ...exchange(address, device, {
        add: [],
        del: [take(other)],
        undoAdd: [bringBack(other)],
        undoDel: [],
      }),
    }))
  },
  retire: {
    keep: (should) => should,
    wrote: ({ device, address, prefix }) => `${address}/${String(prefix)} dev ${device}`,
    back: ({ device, address }, { before, is, wrote }) => {
      const here = is.filter((each) => each.device === device)
      const found = before.filter((each) => each.device === device)
      const isOurs = (each: HeldAddress): boolean =>
        wrote.includes(`${each.spelled.join(' ')} dev ${device}`)
      // Somebody took it away, or put it elsewhere: then that is how it is wanted.
      if (!here.some(isOurs)) return { changes: [], left: [] }
      const ours = here.filter((each) => isOurs(each) && !has(found, each))
      const lost = found.filter((each) => !has(here, each))
      if (ours.length + lost.length === 0) return { changes: [], left: [] }
      const shown = (all: readonly HeldAddress[]): string | undefined =>
        all.length === 0 ? undefined : all.map(({ spelled }) => spelled.join(' ')).join(', ')
      return {
        changes: [
          {
            what: `address on ${device}, live`,
            before: shown(ours),
            after: shown(lost),
            severs: true,
            ...exchange(address, device, {
              add: lost.map(bringBack),
              del: ours.map(take),
              undoAdd: ours.map(bringBack),
              undoDel: lost.map(take),
            }),
          },
        ],
        left: [],
      }
    },
  },
})

const has = (all: readonly HeldAddress[], { spelled }: HeldAddress): boolean =>
  all.some((each) => each.spelled.join(' ') === spelled.join(' '))

const take = ({ spelled, device }: HeldAddress): Sh => sh`ip addr del ${spelled} dev ${device}`
const bringBack = ({ words, device }: HeldAddress): Sh => sh`ip addr add ${words} dev ${device}`

interface Steps {
  readonly add: readonly Sh[]
  readonly del: readonly Sh[]
  readonly undoAdd: readonly Sh[]
  readonly undoDel: readonly Sh[]
}

/**
 * IPv4: the new one first, so that the host is never without the address. IPv6: the kernel takes an
 * address only once on an interface, whatever its prefix, so the old one goes first.
 */
const exchange = (address: string, device: string, steps: Steps): { run: Sh; undo: Sh } => {
  const { add, del, undoAdd, undoDel } = steps
  if (familyOf(address) === 6) {
    return { run: lines(sh`set -e`, ...del, ...add), undo: lines(...undoDel, ...undoAdd) }
  }
  return {
    run: lines(sh`set -e`, ...add, ...keepingOthers(device, del)),
    undo: lines(...undoAdd, ...keepingOthers(device, undoDel)),
  }
}

/** The kernel drops every other address of a subnet with its first, a VIP too, unless told to promote them. */
const keepingOthers = (device: string, del: readonly Sh[]): readonly Sh[] =>
  del.length === 0
    ? []
    : [
        sh`promote=${`/proc/sys/net/ipv4/conf/${device}/promote_secondaries`}; was=$(cat "$promote")`,
        sh`trap 'echo "$was" > "$promote"' EXIT; echo 1 > "$promote"`,
        ...del,
      ]
