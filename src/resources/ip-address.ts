import { SocketAddress } from 'node:net'
import { z } from 'zod'

export type Family = 4 | 6

/** The family of an address without a prefix. */
export const familyOf = (address: string): Family => (address.includes(':') ? 6 : 4)

/** An address without a prefix, in the one spelling that `ip` shows. */
export const ipAddress = z
  .union([z.ipv4(), z.ipv6()])
  .transform(
    (address) =>
      new SocketAddress({ address, family: familyOf(address) === 6 ? 'ipv6' : 'ipv4' }).address,
  )
