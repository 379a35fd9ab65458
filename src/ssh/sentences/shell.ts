import type { ReachError } from '../../errors.ts'
import type { Hop } from '../hop.ts'
import { tameWord } from '../../printable.ts'
import { notRoot } from './become.ts'
import { said } from './said.ts'
import { bare, reach } from './words.ts'

/** The shell ended before it had said a word that lbprov knows. */
export const noShell = (hop: Hop, exit: number | undefined, text: string): ReachError => {
  const { user, become } = hop.ssh
  if (become !== undefined && /\bsudo\b|sudoers|^Sorry, user|\bdoas\b/m.test(text)) {
    return notRoot(hop, text)
  }
  const unopened = /^mux_client_request_session: session request failed: (.*)$/m.exec(text)
  if (unopened !== null) return noChannel(hop, unopened[1] ?? '')
  const make = (sentence: string): ReachError => reach(hop, 'shell', `${sentence}${said(text)}`)
  if (/not available|nologin|account.*(disabled|expired)/i.test(text))
    return make(
      `gives ${user} no shell: its login shell refuses. Log in as somebody who has one (ssh.user).`,
    )
  if (/\bsh\b.*(not found|No such file)/.test(text))
    return make(`has no sh that ${user} can find; lbprov needs a POSIX shell there.`)
  const code = exit === undefined ? '' : ` (exit ${String(exit)})`
  return make(
    `gives ${user} no shell: what it runs at the login ended by itself${code}. Is it a forced command, or a ~/.bashrc that exits?`,
  )
}

/** The host would not run a command at all. RFC 4254, 6.5. */
export const noChannel = (hop: Hop, why: string): ReachError =>
  reach(hop, 'shell', `does not let ${hop.ssh.user} run a command: ${bare(why)}.`)

/** `doing`: what was asked when it happened, or empty. */
const lost = (hop: Hop, what: string, doing: string): ReachError =>
  reach(
    hop,
    'lost',
    `${what}${doing}. What was running may have run or not; the next run asks the host anew before it changes anything.`,
  )

export const cutOff = (hop: Hop, why: string | undefined, doing: string): ReachError =>
  lost(hop, `was lost${why === undefined ? '' : ` (${tameWord(why)})`}`, doing)

export const shellDied = (hop: Hop, doing: string): ReachError =>
  lost(hop, 'was lost: its shell ended', doing)

export const tooSlow = (hop: Hop, timeoutMs: number, doing: string): ReachError =>
  lost(hop, `said nothing for ${String(timeoutMs / 1000)} s and was given up`, doing)

export const tooMuch = (hop: Hop, bytes: number, doing: string): ReachError =>
  lost(hop, `said more than ${String(bytes / 2 ** 20)} MiB and was given up`, doing)

/** It never fell silent for long. */
export const tooLong = (hop: Hop, wholeMs: number, doing: string): ReachError =>
  lost(hop, `did not come to an end within ${String(wholeMs / 1000)} s and was given up`, doing)

export const talksUnasked = (hop: Hop, bytes: number, doing: string): ReachError =>
  lost(
    hop,
    `said more than ${String(bytes / 2 ** 20)} MiB that nobody had asked for and was given up`,
    doing,
  )

export const closed = (hop: Hop, doing: string): ReachError =>
  lost(hop, 'was left: this side closed the connection', doing)
