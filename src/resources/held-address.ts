import { familyOf } from './ip-address.ts'
import { lately } from '../lately.ts'

/** An address that a host holds. */
export interface HeldAddress {
  readonly device: string
  readonly address: string
  /** With its prefix, and its peer if it has one: enough to take it away. */
  readonly spelled: readonly string[]
  /** The words after `ip addr add` that bring it back as it was. */
  readonly words: readonly string[]
}

const read = (device: string, local: string, rest: string): HeldAddress => {
  const [address = ''] = local.split('/')
  const family = familyOf(address)
  const shown = rest.split('\\')[0]?.trim().split(/\s+/) ?? []
  const value = (name: string): readonly string[] => {
    const found = shown[shown.indexOf(name) + 1]
    return shown.includes(name) && found !== undefined ? [found] : []
  }
  const peer = value('peer').flatMap((each) => ['peer', each])
  const bits = family === 6 ? '/128' : '/32'
  const spelled = [local.includes('/') || peer.length > 0 ? local : local + bits, ...peer]
  // The last word that ip shows of an IPv4 address is its label.
  const label = family === 4 ? shown.slice(-1).filter((word) => word.startsWith(device)) : []
  return {
    device,
    address,
    spelled,
    words: [
      ...spelled,
      ...value('brd').flatMap((each) => ['broadcast', each]),
      ...value('metric').flatMap((each) => ['metric', each]),
      ...value('scope').flatMap((each) => ['scope', each]),
      ...shown.filter((word) => ['noprefixroute', 'nodad'].includes(word)),
      ...label.flatMap((each) => ['label', each]),
    ],
  }
}

/** Reads what `ip -o addr` shows. */
export const heldAddresses = lately((shown: string): readonly HeldAddress[] =>
  [...shown.matchAll(/^\d+: (\S+)\s+inet6? (\S+)(.*)$/gm)].map(
    ([, device = '', local = '', rest = '']) => read(device, local, rest),
  ),
)
