import { z } from 'zod'
import { shown } from '../../faults/schema-faults.ts'
import { canonical, familyOf, numberOf, spell } from '../address.ts'
import type { Family } from '../network.ts'
import { oneOrMany, whole } from './fields.ts'

const MASK = 'a netmask (IPv4: 255.255.255.0) or a prefix length (IPv6: 64)'

// Ones, then zeros: turned over it is one less than a power of two.
const isSolid = (mask: string): boolean => {
  const hosts = ~numberOf(mask) & 0xffff_ffffn
  return (hosts & (hosts + 1n)) === 0n
}

/** The netmask of an IPv4 prefix length: 24 is 255.255.255.0. */
export const maskOf = (bits: number): string =>
  spell((0xffff_ffffn << BigInt(32 - bits)) & 0xffff_ffffn, 4)

const notAMask = ({ input }: { readonly input: unknown }): string => {
  const [, bits] = /^\/?(\d{1,2})$/.exec(String(input)) ?? []
  return typeof input === 'string' && bits !== undefined && Number(bits) <= 32
    ? `${shown(input)} is not a netmask; for IPv4 write "${maskOf(Number(bits))}", for IPv6 the number alone`
    : `${shown(input)} is not ${MASK}`
}

const mask = z
  .string({ error: notAMask })
  .refine((text) => familyOf(text) === 4, { error: notAMask, abort: true })
  .refine(isSolid, {
    error: ({ input }) =>
      `${shown(input)} is not a netmask: its ones must come first, as in 255.255.255.0`,
  })
  .transform(canonical)

const bits = whole('a prefix length of IPv6', 1, 128).transform(String)

/** The family that a granularity is for: IPv4 has netmasks, IPv6 prefix lengths. */
export const granularityFamily = (text: string): Family => (text.includes('.') ? 4 : 6)

/** Which clients count as one: keepalived's persistence_granularity, one for each family. */
export const granularity = oneOrMany(z.union([mask, bits], { error: notAMask })).refine(
  (list) => new Set(list.map(granularityFamily)).size === list.length,
  { error: 'two granularities of one family; give one netmask, one prefix length, or one of each' },
)
