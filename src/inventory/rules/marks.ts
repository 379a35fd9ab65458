import { familyOf, showFamily } from '../address.ts'
import type { Path } from '../../yaml.ts'
import { givenMark } from '../derive/marks.ts'
import type { Wish } from '../schema.ts'
import { repeated, vipAddress } from './parts.ts'
import type { Complaint, Rule } from './rule.ts'

interface MarkPart {
  readonly service: string
  readonly vip: string
  readonly mark: number
  readonly family: 4 | 6
  readonly path: Path
}

const markParts = (wish: Wish): readonly MarkPart[] =>
  Object.entries(wish.services).flatMap(([name, service]) =>
    service.vip.flatMap((vip, index) => {
      const mark = givenMark(service, index)
      const family = familyOf(vipAddress(wish, vip) ?? '')
      if (mark === undefined || family === undefined) return []
      const at = service.firewall_mark?.length === 1 ? 0 : index
      return [{ service: name, vip, mark, family, path: ['services', name, 'firewall_mark', at] }]
    }),
  )

const sentence = (first: MarkPart, again: MarkPart): string => {
  const family = showFamily(again.family)
  return first.service === again.service
    ? `mark ${String(again.mark)} would stand for the ${family} VIPs "${first.vip}" and "${again.vip}" at once; give one per VIP, in their order`
    : `mark ${String(again.mark)} is that of "${first.service}" for its ${family} VIP "${first.vip}" already; give each service its own`
}

/** A mark stands for one VIP of a family (the kernel's table of IPVS has one for each family). */
export const firewallMarks: Rule = ({ wish }) => {
  const shared = repeated(
    markParts(wish),
    ({ mark, family }) => `${String(mark)}/${String(family)}`,
  )
  return shared.map(({ first, again }) => ({ path: again.path, message: sentence(first, again) }))
}

/** One mark for all VIPs, or one for each. */
export const marksPerVip: Rule = ({ wish }) =>
  Object.entries(wish.services).flatMap(([name, service]): readonly Complaint[] => {
    const given = service.firewall_mark?.length ?? 1
    const { length } = service.vip
    if (given === 1 || given === length) return []
    const message = `${String(given)} marks for ${String(length)} VIP${length === 1 ? '' : 's'}; give one per VIP in their order, or none: they are derived`
    return [{ path: ['services', name, 'firewall_mark'], message }]
  })
