import { ReachError, type Stage } from '../../errors.ts'
import type { Hop } from '../hop.ts'
import type { Reach } from '../reach.ts'
import { tameWord } from '../../printable.ts'

const place = ({ host, port }: Reach): string => `${host} port ${String(port)}`

const who = ({ host, ssh, jump, local, through }: Hop): string => {
  if (local === true) return `${host} (this machine)`
  const way = through === undefined ? '' : ` through ${through.host}`
  return jump ? `${host}: its jump host ${place(ssh)}${way}` : `${host} (${place(ssh)}${way})`
}

/** `busy`: the server that may have had too many logins at once. */
export const reach = (hop: Hop, stage: Stage, sentence: string, busy?: string): ReachError =>
  new ReachError(hop.host, stage, `${who(hop)} ${sentence}`, busy === undefined ? {} : { busy })

/** ssh2's own words in front of what the host said. */
export const bare = (text: string): string =>
  tameWord(text.replace('(SSH) Channel open failure: ', ''))

export const list = (words: readonly string[], and = 'and'): string =>
  words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).join(', ')} ${and} ${words.at(-1) ?? ''}`
