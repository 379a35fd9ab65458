import { lately } from '../lately.ts'

/** A network interface as `ip -o link` shows it. */
export interface HeldLink {
  readonly name: string
  /** It is meant to be up; there may be no cable all the same. */
  readonly up: boolean
}

/** Reads what `ip -o link` shows. */
export const heldLinks = lately((shown: string): readonly HeldLink[] =>
  [...shown.matchAll(/^\d+: ([^:@\s]+)(?:[:@]\S*)? <([^>\n]*)>/gm)].map(
    ([, name = '', flags = '']) => ({
      name,
      up: flags.split(',').includes('UP'),
    }),
  ),
)
