import type { ReachError } from '../../errors.ts'
import type { Hop } from '../hop.ts'
import { said, saysSo } from './said.ts'
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
  /** They stand in one line. */
  readonly words: readonly RegExp[]
  readonly sentence: (wish: Wish) => string
}

const locked: Complaint = {
  words: [/account|password/i, /\b(locked|expired)\b|validation failure/i],
  sentence: ({ user, as }) =>
    `does not let ${user} become ${as}: the account is locked or expired there. As root, passwd -S ${user}, chage -l ${user} and faillock --user ${user} say which; have it unlocked.`,
}

/** No password would help, whatever else is said. */
export const saysLocked = (text: string): boolean => saysSo(text, ...locked.words)

const unknownUser: Complaint = {
  words: [/unknown user/],
  sentence: ({ as }) => `knows no user ${as}. Is ssh.become_user right?`,
}

const asRoot = 'or log in as root with ssh.become: false'

/** What is there says it itself, with its name in front. */
const own = (method: 'sudo' | 'doas'): RegExp => (method === 'sudo' ? /^sudo: / : /^doas: /)
const others = (method: 'sudo' | 'doas'): readonly RegExp[] =>
  method === 'sudo' ? [/^(?!sudo: )/, /\bsudo\b/] : [/^(?!doas: )/, /\bdoas\b/]

/** What the program itself has against it, or who was to start it. */
const ofProgram = (method: 'sudo' | 'doas', instead: string): readonly Complaint[] => [
  {
    words: [own(method), /setuid|effective uid is not 0/],
    sentence: ({ user, as }) =>
      `has a ${method} by which ${user} cannot become ${as}: it must be root's and setuid, on a file system without nosuid. Install it anew there, ${asRoot}.`,
  },
  {
    words: [...others(method), /Permission denied/],
    sentence: ({ user, as }) =>
      `has a ${method} that ${user} may not start, and ${user} is to become ${as} by it. Is it executable for ${user} (ls -l, namei -l)? Mend that, ${asRoot}.`,
  },
  {
    words: [...others(method), /not found|No such file|can't execute|Unknown command/],
    sentence: ({ user, as }) =>
      `has no ${method}, and ${user} is to become ${as} by it. Install it, or ${instead}.`,
  },
]

/** sh runs, and cannot give way to another. */
const noExec: Complaint = {
  words: [/^(?!sudo: )/, /\bexec\b/, /Permission denied|[Cc]annot execute/],
  sentence: ({ user, as }) =>
    `lets ${user} become ${as}, but sh may start no program there: that is noexec in sudoers. What lifts it is ${JSON.stringify(`Defaults:${user} !noexec`)} in a file in /etc/sudoers.d, or EXEC: for NOEXEC: in the rule.`,
}

const ofSudo: readonly Complaint[] = [
  locked,
  {
    words: [/must have a tty/],
    sentence: ({ user, as }) =>
      `lets ${user} become ${as} on a terminal only (requiretty); what lifts it is ${JSON.stringify(`Defaults:${user} !requiretty`)} in a file in /etc/sudoers.d.`,
  },
  unknownUser,
  {
    words: [/not in the sudoers|may not run sudo/],
    sentence: (wish) =>
      `does not let ${wish.user} become ${wish.as}: sudo does not know ${wish.user}. What lets it is ${sudoers(wish)}.`,
  },
  {
    words: [/not allowed/],
    sentence: (wish) =>
      `does not let ${wish.user} run sh as ${wish.as}: sudo lets ${wish.user} do other things only. What lets it is ${sudoers(wish)}.`,
  },
  {
    words: [/^sudo: /, /password/],
    sentence: (wish) =>
      `does not let ${wish.user} become ${wish.as} without a password; what lets it is ${sudoers(wish)}.`,
  },
  {
    words: [/^sudo: \S+: command not found/],
    sentence: ({ user, as }) =>
      `lets ${user} become ${as}, but its sudo finds no sh: secure_path or runchroot in sudoers leads to where there is none. "sudo -l" there shows both; mend that line, ${asRoot}.`,
  },
  {
    words: [/^sudo: unable to change (directory|root)/],
    sentence: ({ user, as }) =>
      `lets ${user} become ${as}, but its sudo cannot go where runcwd or runchroot (CWD=, CHROOT=) in sudoers says. "sudo -l" there shows it; make that folder, or mend the line.`,
  },
  {
    words: [/^sudo: /, /sudoers/],
    sentence: ({ user, as }) =>
      `does not let ${user} become ${as}: sudo cannot read its own sudoers. As root there, "visudo -c" says what is wrong with it.`,
  },
  {
    words: [/^sudo: unable to execute/],
    sentence: ({ user, as }) =>
      `lets ${user} become ${as}, but its sudo cannot start sh. Is /bin/sh executable there, and allowed by SELinux or AppArmor?`,
  },
  noExec,
  ...ofProgram('sudo', 'log in as root with ssh.become: false'),
]

const ofDoas: readonly Complaint[] = [
  locked,
  {
    words: [/^doas: /, /not enabled|Operation not permitted/i],
    sentence: (wish) =>
      `does not let ${wish.user} become ${wish.as}: doas has no rule for it. What lets it is ${doasConf(wish)}.`,
  },
  {
    words: [/^doas: /, /Authenti|Authori/],
    sentence: (wish) =>
      `does not let ${wish.user} become ${wish.as} without a password, which doas takes from a terminal only; what lets it is ${doasConf(wish)}.`,
  },
  unknownUser,
  {
    words: [/^doas: /, /syntax error|doas\.conf/],
    sentence: ({ user, as }) =>
      `does not let ${user} become ${as}: doas does not take its own /etc/doas.conf. As root there, "doas -C /etc/doas.conf" and "ls -l" say what is wrong with it.`,
  },
  {
    words: [/^doas: \S+: command not found/],
    sentence: ({ user, as }) =>
      `lets ${user} become ${as}, but its doas finds no sh. Is there one, and does /etc/doas.conf set another PATH (setenv)?`,
  },
  ...ofProgram('doas', 'use sudo with ssh.become_method: sudo'),
]

const complaintsOf = ({ ssh }: Hop): readonly Complaint[] =>
  ssh.become?.method === 'doas' ? ofDoas : ofSudo

/** Whether a shell ended over how to become somebody, and not by the login shell's own doing. */
export const isAboutBecoming = (exit: number | undefined, text: string): boolean =>
  saysSo(text, /\bsudo\b|sudoers|^Sorry, user|\bdoas\b/) ||
  (exit === 126 && saysSo(text, ...noExec.words))

/** The shell that should have had root's rights ended before it began. */
export const notRoot = (hop: Hop, text: string): ReachError => {
  const wish = wishOf(hop)
  const method = hop.ssh.become?.method ?? 'sudo'
  const found = complaintsOf(hop).find(({ words }) => saysSo(text, ...words))
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
