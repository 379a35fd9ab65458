import { familyOf } from '../inventory/address.ts'
import { isHost } from '../inventory/schema/ssh.ts'

/** Where a connection may go: what an inventory could say, or an address of IPv6 with its card behind it. */
export const isPlace = (text: string): boolean => {
  const [, address, card] = /^([^%]+)%([\w.-]{1,15})$/.exec(text) ?? []
  return card === undefined ? isHost(text) : familyOf(address ?? '') === 6
}
