import { SocketAddress } from 'node:net'
import { z } from 'zod'

export type Family = 4 | 6

/** The family of an address without a prefix. */
export const familyOf = (address: string): Family => (address.includes(':') ? 6 : 4)

/** An address without a prefix, in the one spelling that `ip` shows. */
export const ipAddress = z
  .union([z.ipv4(), z.ipv6()])
  // A dotted quad has one spelling.
  .transform((address) =>
    familyOf(address) === 4 ? address : new SocketAddress({ address, family: 'ipv6' }).address,
  )
