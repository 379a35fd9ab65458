import { readdirSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'

import { bitsOf, edgesOf, familyOf, isWithin } from '../../inventory/address.ts'
import type { Address } from '../../inventory/network.ts'

/** `192.0.2.0/24`, or an address alone; undefined: it is no network, or an address within one. addrmatch.c of OpenSSH. */
const networkIn = (text: string): Address | undefined => {
  const [, address = '', digits] = /^([\da-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const family = familyOf(address)
  if (family === undefined) return undefined
  const prefix = digits === undefined ? bitsOf(family) : Number(digits)
  if (prefix > bitsOf(family)) return undefined
  const network = { address, family, prefix }
  return isWithin(edgesOf(network).first, { address, family, prefix: bitsOf(family) })
    ? network
    : undefined
}

/** The word of a list of networks that is none. */
export const noNetwork = (list: string): string | undefined =>
  list.split(',').find((each) => networkIn(each) === undefined)

/** IFF_UP of netdevice(7). */
const isUp = (name: string): boolean => {
  try {
    return (Number(readFileSync(`/sys/class/net/${name}/flags`, 'utf8')) & 1) === 1
  } catch {
    return false
  }
}

const namesOfAll = (): readonly string[] => {
  try {
    return readdirSync('/sys/class/net')
  } catch {
    return []
  }
}

/**
 * Whether this machine has an address in one of the networks, on an interface that is up. Undefined: that is not sure, for
 * Node shows no interface that is up without a carrier.
 */
export const hasAddressIn = (list: string): boolean | undefined => {
  const networks = list.split(',').flatMap((each) => networkIn(each) ?? [])
  const shown = networkInterfaces()
  const addresses = Object.values(shown).flatMap(
    (each) => each?.map(({ address }) => address) ?? [],
  )
  if (addresses.some((address) => networks.some((each) => isWithin(address, each)))) return true
  return namesOfAll().some((name) => !Object.hasOwn(shown, name) && isUp(name)) ? undefined : false
}
