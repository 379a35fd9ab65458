import { isIPv4, isIPv6 } from 'node:net'
import type { Address, Family } from './network.ts'
import { onceEach } from '../once-each.ts'

/** 4, 6, or undefined for what is no plain address (a zone makes it one of a link, not of a cluster). */
export const familyOf = (text: string): Family | undefined => {
  if (isIPv4(text)) return 4
  // Most of what is asked about is neither, and Node's pattern for the other is a long one.
  if (!text.includes(':')) return undefined
  return isIPv6(text) && !text.includes('%') ? 6 : undefined
}

/** 32 or 128. */
export const bitsOf = (family: Family): number => (family === 4 ? 32 : 128)

const fromQuad = (quad: string): bigint =>
  BigInt(quad.split('.').reduce((sum, part) => sum * 256 + Number(part), 0))

const groups = (text: string): readonly bigint[] =>
  text === ''
    ? []
    : text.split(':').flatMap((group) => {
        if (!group.includes('.')) return [BigInt(`0x${group}`)]
        const quad = fromQuad(group)
        return [quad >> 16n, quad & 0xffffn]
      })

/** An address as a number; the text must have a family. */
export const numberOf = (text: string): bigint => {
  if (isIPv4(text)) return fromQuad(text)
  const [head = '', tail] = text.split('::')
  const front = groups(head)
  const back = groups(tail ?? '')
  const middle = Array.from({ length: 8 - front.length - back.length }, () => 0n)
  return [...front, ...middle, ...back].reduce((sum, group) => (sum << 16n) + group, 0n)
}

// RFC 5952: the longest run of two zero groups or more, the first of equals, becomes "::".
const spell6 = (value: bigint): string => {
  const parts = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  )
  const runs = parts.map((_, start) => {
    const end = parts.findIndex((part, index) => index >= start && part !== '0')
    return { start, length: (end === -1 ? parts.length : end) - start }
  })
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), {
    start: 0,
    length: 0,
  })
  if (longest.length < 2) return parts.join(':')
  const before = parts.slice(0, longest.start).join(':')
  return `${before}::${parts.slice(longest.start + longest.length).join(':')}`
}

/** A number as an address: a dotted quad, or RFC 5952. */
export const spell = (value: bigint, family: Family): string =>
  family === 6
    ? spell6(value)
    : [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.')

/** The one spelling of an address; other text stays as it is. */
export const canonical = (text: string): string => {
  const family = familyOf(text)
  // A dotted quad has one spelling.
  return family === 6 ? spell(numberOf(text), family) : text
}

const hostBits = ({ family, prefix }: Address): bigint => BigInt(bitsOf(family) - prefix)

/** The first and the last address of a subnet. */
export const edgesOf = (subnet: Address): { readonly first: string; readonly last: string } => {
  const first = (numberOf(subnet.address) >> hostBits(subnet)) << hostBits(subnet)
  const last = first + (1n << hostBits(subnet)) - 1n
  return { first: spell(first, subnet.family), last: spell(last, subnet.family) }
}

/** What all addresses of a subnet begin with. */
const beginning = onceEach((subnet: Address) => numberOf(subnet.address) >> hostBits(subnet))

/** Whether an address lies in a subnet. */
export const isWithin = (address: string, subnet: Address): boolean =>
  familyOf(address) === subnet.family && numberOf(address) >> hostBits(subnet) === beginning(subnet)

/** `203.0.113.0/24`. */
export const showSubnet = ({ address, prefix }: Address): string => `${address}/${String(prefix)}`

/** `IPv4` or `IPv6`. */
export const showFamily = (family: Family): string => `IPv${String(family)}`
