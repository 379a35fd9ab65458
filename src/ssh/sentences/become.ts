import type { ReachError } from '../../errors.ts'
import type { Hop } from '../hop.ts'
import { said } from './said.ts'
import { reach } from './words.ts'

interface Wish {
  /** Who logs in. */
  readonly user: string
  /** Whose rights are wished. */
  readonly as: string
}

const wishOf = ({ ssh }: Hop): Wish => ({ user: ssh.user, as: ssh.become?.user ?? 'root' })

const sudoers = ({ user, as }: Wish, tag = 'NOPASSWD: '): string =>
  `a file in /etc/sudoers.d with the line ${JSON.stringify(`${user} ALL=(${as}) ${tag}ALL`)}`

const doasConf = ({ user, as }: Wish): string =>
  `the line ${JSON.stringify(`permit nopass ${user} as ${as}`)} in /etc/doas.conf`

interface Complaint {
  readonly words: RegExp
  readonly sentence: (wish: Wish) => string
}

const locked: Complaint = {
  words: /account validation failure|(account|password).*\b(locked|expired)|password expired/i,
  sentence: ({ user, as }) =>
    `does not let ${user} become ${as}: the account is locked or expired there. As root, passwd -S ${user}, chage -l ${user} and faillock --user ${user} say which; have it unlocked.`,
}

/** No password would help, whatever else is said. */
export const saysLocked = (text: string): boolean => locked.words.test(text)

const ofSudo: readonly Complaint[] = [
  locked,
  {
    words: /must have a tty/,
    sentence: ({ user, as }) =>
      `lets ${user} become ${as} on a terminal only (requiretty); what lifts it is ${JSON.stringify(`Defaults:${user} !requiretty`)} in a file in /etc/sudoers.d.`,
  },
  {
    words: /unknown user/,
    sentence: ({ as }) => `knows no user ${as}. Is ssh.become_user right?`,
  },
  {
    words: /not in the sudoers|may not run sudo/,
    sentence: (wish) =>
      `does not let ${wish.user} become ${wish.as}: sudo does not know ${wish.user}. What lets it is ${sudoers(wish)}.`,
  },
  {
    words: /not allowed/,
    sentence: (wish) =>
      `does not let ${wish.user} run sh as ${wish.as}: sudo lets ${wish.user} do other things only. What lets it is ${sudoers(wish)}.`,
  },
  {
    words: /password/,
    sentence: (wish) =>
      `does not let ${wish.user} become ${wish.as} without a password; what lets it is ${sudoers(wish)}.`,
  },
  {
    words: /not found|No such file|can't execute/,
    sentence: ({ user, as }) =>
      `has no sudo, and ${user} is to become ${as} by it. Install it, or log in as root with ssh.become: false.`,
  },
]

const ofDoas: readonly Complaint[] = [
  locked,
  {
    words: /not enabled|Operation not permitted/i,
    sentence: (wish) =>
      `does not let ${wish.user} become ${wish.as}: doas has no rule for it. What lets it is ${doasConf(wish)}.`,
  },
  {
    words: /Authenti|Authori/,
    sentence: (wish) =>
      `does not let ${wish.user} become ${wish.as} without a password, which doas takes from a terminal only; what lets it is ${doasConf(wish)}.`,
  },
  {
    words: /unknown user/,
    sentence: ({ as }) => `knows no user ${as}. Is ssh.become_user right?`,
  },
  {
    words: /not found|No such file/,
    sentence: ({ user, as }) =>
      `has no doas, and ${user} is to become ${as} by it. Install it, or use sudo with ssh.become_method: sudo.`,
  },
]

/** The shell that should have had root's rights ended before it began. */
export const notRoot = (hop: Hop, text: string): ReachError => {
  const wish = wishOf(hop)
  const method = hop.ssh.become?.method ?? 'sudo'
  const complaints = method === 'doas' ? ofDoas : ofSudo
  const found = complaints.find(({ words }) => words.test(text))
  const sentence =
    found?.sentence(wish) ?? `does not let ${wish.user} become ${wish.as} by ${method}.`
  return reach(hop, 'become', `${sentence}${said(text)}`)
}

/** Nobody has a password to give. */
export const noPassword = (hop: Hop): ReachError => {
  const wish = wishOf(hop)
  return reach(
    hop,
    'become',
    `does not let ${wish.user} become ${wish.as} without a password, and nobody gives one. Say where it is with ssh.become_password, run lbprov on a terminal, where it asks, or let ${wish.user} do without: ${sudoers(wish)}.`,
  )
}

export const wrongPassword = (hop: Hop): ReachError => {
  const { user } = wishOf(hop)
  const what =
    hop.ssh.become?.password === undefined
      ? `does not take what was typed as ${user}'s password`
      : `does not take the password that ssh.become_password gives for ${user}`
  return reach(
    hop,
    'become',
    `${what}. No further one is tried, so that no account is locked. Is it the one that sudo wants there (rootpw and targetpw in sudoers want another's), and is the account not locked already (passwd -S ${user}, faillock --user ${user})?`,
  )
}

/** sudo neither asked for a password nor did what it should. */
export const strangeQuestion = (hop: Hop, text: string): ReachError =>
  reach(
    hop,
    'become',
    `does not let ${hop.ssh.user} become root: sudo wants something else than a password, and lbprov answers nothing else. What lets it is ${sudoers(wishOf(hop))}.${said(text)}`,
  )
