import { z } from 'zod'
import { notOneOf, shown } from '../../faults/schema-faults.ts'

const FORWARDINGS = ['nat', 'direct', 'tunnel'] as const

// keepalived's, ipvsadm's and people's words for the same.
const others = new Map([
  ['dr', 'direct'],
  ['dsr', 'direct'],
  ['gate', 'direct'],
  ['masq', 'nat'],
  ['tun', 'tunnel'],
  ['ipip', 'tunnel'],
])

/** How packets reach the real servers. */
export const forwarding = z
  .enum(FORWARDINGS, {
    error: ({ input }) => {
      const meant = typeof input === 'string' ? others.get(input.toLowerCase()) : undefined
      return meant === undefined
        ? notOneOf(input, 'a way of forwarding', FORWARDINGS)
        : `${shown(input)} is called "${meant}" here (one of: ${FORWARDINGS.join(', ')})`
    },
  })
  .meta({ description: 'How packets reach the real servers.' })
