import { z } from 'zod'
import { shown } from '../../faults/schema-faults.ts'
import { bitsOf, canonical, edgesOf, familyOf, isWithin, showSubnet } from '../address.ts'
import type { Address, Family } from '../network.ts'
import { oneOrMany } from './fields.ts'

const block = (address: string, prefix: number): Address => ({
  address,
  prefix,
  family: address.includes(':') ? 6 : 4,
})

const special: readonly (readonly [Address, string])[] = [
  [block('::ffff:0:0', 96), 'is an IPv4 address in IPv6 dress; write the IPv4 address itself'],
  [block('0.0.0.0', 8), 'stands for "this network", not for a host'],
  [block('::', 128), 'stands for "no address"'],
  [block('127.0.0.0', 8), 'is a loopback address; no other host can reach it'],
  [block('::1', 128), 'is a loopback address; no other host can reach it'],
  [block('224.0.0.0', 3), 'is a multicast or reserved address; a host needs one of its own'],
  [block('ff00::', 8), 'is a multicast address; a host needs one of its own'],
  [block('fe80::', 10), 'is a link-local address, good on one link only; use a routed one'],
]

const notAnAddress = (value: unknown): string => {
  const text = String(value)
  if (typeof value === 'string' && text.includes('/'))
    return `${shown(value)} has a prefix; write the address alone, the prefix comes from the network's subnet`
  if (text.includes('%')) return `${shown(value)} has a zone; write the address without it`
  return `${shown(value)} is not an IP address`
}

const plain = z.string({
  error: (issue) =>
    typeof issue.input === 'number'
      ? notAnAddress(issue.input)
      : `needs an IP address, not ${shown(issue.input)}`,
})

/** What is wrong with a text as a host's own address; undefined if nothing. */
export const addressFault = (text: string): string | undefined => {
  if (familyOf(text) === undefined) return notAnAddress(text)
  const found = special.find(([subnet]) => isWithin(text, subnet))
  return found === undefined ? undefined : `${text} ${found[1]}`
}

/** Any address at all, in its one spelling. */
export const anyAddress = plain
  .refine((text) => familyOf(text) !== undefined, { error: (issue) => notAnAddress(issue.input) })
  .transform(canonical)

/** An address that a host can have for its own. */
export const address = plain
  .refine((text) => addressFault(text) === undefined, {
    error: (issue) => addressFault(String(issue.input)),
  })
  .transform(canonical)

const subnetParts = (text: string): Address | undefined => {
  const [own = '', bits = '', ...rest] = text.split('/')
  const family = familyOf(own)
  if (family === undefined || rest.length > 0 || !/^\d{1,3}$/.test(bits)) return undefined
  const prefix = Number(bits)
  return prefix <= bitsOf(family) ? { address: canonical(own), prefix, family } : undefined
}

const subnetFault = (text: string): string | undefined => {
  const subnet = subnetParts(text)
  if (subnet === undefined)
    return `${shown(text)} is not a subnet; write the network and its prefix: 203.0.113.0/24 or 2001:db8::/64`
  const { first } = edgesOf(subnet)
  if (first !== subnet.address)
    return `${text} is an address inside ${showSubnet({ ...subnet, address: first })}; write the network`
  const found = special.find(([block]) => isWithin(subnet.address, block))
  if (found !== undefined) return `${text} cannot be a network of hosts: it ${found[1]}`
  return subnet.prefix === 0 ? `${text} is the whole Internet, not a network` : undefined
}

const subnet = z.string().transform((text, context) => {
  const parts = subnetParts(text)
  const fault = subnetFault(text)
  if (parts !== undefined && fault === undefined) return parts
  context.addIssue({ code: 'custom', message: fault ?? `${shown(text)} is not a subnet` })
  return z.NEVER
})

/** Whether no family appears twice: a list for dual stack has one value per family. */
const onePerFamily = (families: readonly (Family | undefined)[]): boolean =>
  new Set(families).size === families.length

const twice = (what: string) => ({
  error: `two ${what} of one family; give one, or one IPv4 and one IPv6`,
})

/** One subnet, or one of each family. */
export const subnets = oneOrMany(subnet).refine(
  (list) => onePerFamily(list.map(({ family }) => family)),
  twice('subnets'),
)

/** One address, or one of each family. */
export const addresses = oneOrMany(address).refine(
  (list) => onePerFamily(list.map(familyOf)),
  twice('addresses'),
)
