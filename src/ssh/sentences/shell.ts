import type { ReachError } from '../../errors.ts'
import type { Hop } from '../hop.ts'
import { tameLines, tameWord } from '../../printable.ts'
import { wrongShellExit } from '../../sh/frame.ts'
import { isAboutBecoming, notRoot } from './become.ts'
import { said, saysSo } from './said.ts'
import { bare, reach } from './words.ts'

/** ssh's own, where the host opens no channel for it. */
const unopenedWords = 'mux_client_request_session: session request failed: '

/** The shell ended before it had said a word that lbprov knows. */
export const noShell = (hop: Hop, exit: number | undefined, text: string): ReachError => {
  const { user, become } = hop.ssh
  if (become !== undefined && isAboutBecoming(exit, text)) return notRoot(hop, text)
  const unopened = tameLines(text).find((line) => line.startsWith(unopenedWords))
  if (unopened !== undefined) return noChannel(hop, unopened.slice(unopenedWords.length))
  const make = (sentence: string): ReachError => reach(hop, 'shell', `${sentence}${said(text)}`)
  if (exit === wrongShellExit)
    return make(
      `has lbprov's script run by another shell than sh: does a ~/.bashrc or the like of ${user} say "exec zsh" or "exec tcsh"? It should do that on a terminal only ([ -t 0 ] && exec …).`,
    )
  if (saysSo(text, /not available|nologin/i) || saysSo(text, /account/i, /disabled|expired/i))
    return make(
      `gives ${user} no shell: its login shell refuses. Log in as somebody who has one (ssh.user).`,
    )
  if (saysSo(text, /\bsh\b/, /not found|No such file/))
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

/** It never began; what was said before, and what of it says why. */
export const neverBegan = (hop: Hop, timeoutMs: number, text: string): ReachError =>
  reach(
    hop,
    'shell',
    `did not run what it was sent for ${String(timeoutMs / 1000)} s. Does a ~/.bashrc or the like of ${hop.ssh.user}, or a forced command, read its input or wait for something, or start another shell (exec fish)? It may run it yet; the next run asks the host anew before it changes anything.${said(text)}`,
  )

/** What lbprov sends comes back. */
export const echoes = (hop: Hop): ReachError =>
  reach(
    hop,
    'shell',
    `sends back what it is sent, as a terminal or cat does. lbprov needs a shell without a terminal; is there a forced command, a recorder of sessions (script) or a ~/.bashrc of ${hop.ssh.user} before it?`,
  )

/** stdout and stderr are told apart no more. */
export const oneStream = (hop: Hop): ReachError =>
  reach(
    hop,
    'shell',
    `sends stdout and stderr as one, and lbprov needs them apart; is there 2>&1 in a forced command or a ~/.bashrc of ${hop.ssh.user}, or a terminal in between?`,
  )

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
