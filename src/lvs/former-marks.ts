import { z } from 'zod'

import type { PortRange } from '../inventory/service.ts'
import type { Mark } from './marks.ts'
import { defineRecord, recordedAddress, recordedPorts, recordedProtocol, vipAt } from './records.ts'
import type { Place } from './task.ts'

/** The marks that this router sets. */
export const marksRecord = defineRecord(
  'marks',
  z.strictObject({
    address: recordedAddress,
    protocol: recordedProtocol,
    ports: recordedPorts,
    mark: z.int().min(1).max(2147483647),
    tracked: z.boolean(),
  }),
)

type RememberedMark = ReturnType<typeof marksRecord.read>[number]

export const rememberedMark = ({ vip, protocol, ports, mark, tracked }: Mark): RememberedMark => ({
  address: vip.address,
  protocol,
  ports: ports.map(({ first, last }) => ({ first, last })),
  mark,
  tracked,
})

const textOf = (mark: Mark): string => JSON.stringify(rememberedMark(mark))

/** What is left of some ports without some others, in the same order. */
const without = (ports: readonly PortRange[], taken: readonly PortRange[]): readonly PortRange[] =>
  taken.reduce<readonly PortRange[]>(
    (left, { first, last }) =>
      left.flatMap((range) =>
        range.last < first || last < range.first
          ? [range]
          : [
              { first: range.first, last: first - 1 },
              { first: last + 1, last: range.last },
            ].filter((part) => part.first <= part.last),
      ),
    ports,
  )

/**
 * The marks until every keepalived runs its new file: no packet gets two different ones. IPVS looks for a service of the
 * mark first, and when it has none, for one of address and port.
 * - A packet without a mark until now gets the wished one at once. The old keepalived has no service for that mark, and
 *   goes on by address and port; the new one finds its mark in place.
 * - A packet whose mark goes keeps it. The old keepalived has nothing else for it; the new one goes by address and port.
 * - A packet whose mark becomes another keeps the old one: the new one waits for `former_firewall`. Each keepalived
 *   knows only one of the two, and until the old one is replaced connections may be drained for minutes, while
 *   `former_firewall` comes right behind the reload. New connections of such a service are refused between these two;
 *   those that are there go on, for IPVS finds them before it looks for any service.
 * The order of the rules plays no part in this: iptables appends to what is there, and firewalld has no order.
 */
export const widenedMarks = (place: Place, wished: readonly Mark[]): readonly Mark[] => {
  const texts = new Set(wished.map(textOf))
  const leaving = marksRecord
    .of(place)
    .map(({ address, ...rest }): Mark => ({ vip: vipAt(place.cluster, address), ...rest }))
    .filter((mark) => !texts.has(textOf(mark)))
  const now = wished.flatMap((mark) => {
    const others = leaving.filter(
      ({ vip, protocol, mark: other }) =>
        vip.address === mark.vip.address && protocol === mark.protocol && other !== mark.mark,
    )
    const ports = without(
      mark.ports,
      others.flatMap((each) => each.ports),
    )
    return ports.length === 0 ? [] : [{ ...mark, ports }]
  })
  const nowTexts = new Set(now.map(textOf))
  return [...now, ...leaving.filter((mark) => !nowTexts.has(textOf(mark)))]
}
