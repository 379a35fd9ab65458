import { isIPv4, isIPv6 } from 'node:net'

import { canonical } from '../../inventory/address.ts'
import { lower } from './words.ts'

// 127.1, 0x7f.1 and 2130706433 are 127.0.0.1 to OpenSSH, and to a URL.
const longForm = (text: string): string | undefined => {
  if (!/^[0-9a-fx.]+$/i.test(text) || !/^\d/.test(text)) return undefined
  try {
    const { hostname } = new URL(`http://${text}`)
    return isIPv4(hostname) ? hostname : undefined
  } catch {
    return undefined
  }
}

/**
 * A host as OpenSSH goes on with it: a name in small letters, an address in its one spelling. `family`: AddressFamily, in
 * small letters; an address of another one is a name to it.
 */
export const asHost = (text: string, family = 'any'): string => {
  // Node's own pattern for IPv6 takes 3 ms to make: only for what may be one.
  if (text.includes(':') && isIPv6(text) && !/[.%]/.test(text)) {
    const one = canonical(text)
    return one === lower(text) || family === 'inet' ? text : one
  }
  // What has a % or a colon is an address to OpenSSH, whatever it looks like.
  if (/[%:]/.test(text)) return text
  const address = longForm(text)
  return address === undefined ? lower(text) : family === 'inet6' ? text : address
}
