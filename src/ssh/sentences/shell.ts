import type { ReachError, Stage } from '../../errors.ts'
import type { Hop } from '../hop.ts'
import { tame, tameWord } from '../tame.ts'
import { bare, reach } from './words.ts'

const said = (text: string): string => {
  const shown = tame(text)
  return shown === '' ? ' It said nothing.' : ` It said:\n${shown}`
}

const sudoers = (user: string): string =>
  `a file in /etc/sudoers.d with the line ${JSON.stringify(`${user} ALL=(root) NOPASSWD: ALL`)}`

/** The shell ended before it had said a word that lbprov knows. */
export const noShell = (hop: Hop, exit: number | undefined, text: string): ReachError => {
  const { user, become } = hop.ssh
  const stage: Stage = become && /\bsudo\b|sudoers/.test(text) ? 'become' : 'shell'
  const tail = said(text)
  const make = (sentence: string): ReachError => reach(hop, stage, `${sentence}${tail}`)
  if (stage === 'become') {
    if (text.includes('password'))
      return make(
        `does not let ${user} become root without a password; what lets it is ${sudoers(user)}.`,
      )
    if (text.includes('must have a tty'))
      return make(
        `lets ${user} become root on a terminal only (requiretty); what lifts it is ${JSON.stringify(`Defaults:${user} !requiretty`)} in a file in /etc/sudoers.d.`,
      )
    if (/not in the sudoers|not allowed|may not run/.test(text))
      return make(`does not let ${user} become root; what lets it is ${sudoers(user)}.`)
    if (/not found|No such file|can't execute/.test(text))
      return make(
        `has no sudo, and ${user} is to become root by it. Install it, or log in as root with ssh.become: false.`,
      )
    return make(`does not let ${user} become root by sudo.`)
  }
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

export const closed = (hop: Hop, doing: string): ReachError =>
  lost(hop, 'was left: this side closed the connection', doing)
