import type { ReachError } from '../../errors.ts'
import { quote } from '../../sh/sh.ts'
import type { Attempt } from '../attempt.ts'
import type { Hop } from '../hop.ts'
import type { LoginMethod } from '../reach.ts'
import { tame, tameWord } from '../../printable.ts'
import { list, reach } from './words.ts'

const untried = (reasons: readonly string[]): string =>
  reasons.length === 0 ? '' : `\nNot tried:\n${reasons.map((reason) => `  ${reason}`).join('\n')}`

const asked: readonly LoginMethod[] = ['password', 'keyboard-interactive']

/** ssh-copy-id must log in itself. */
const adding = ({ ssh }: Hop, offers: readonly string[]): string => {
  if (!asked.some((method) => offers.includes(method)))
    return 'it takes keys only, so add it on its console'
  const port = ssh.port === 22 ? '' : `-p ${String(ssh.port)} `
  return `ssh-copy-id ${port}${quote(`${ssh.user}@${ssh.host}`)} adds it`
}

/** Why sshd takes none of the keys, the likeliest first: it does not say so itself. sshd_config(5), sshd(8). */
export const keyCauses = (hop: Hop, offers: readonly string[]): string => {
  const { user } = hop.ssh
  const causes = [
    ...(user === 'root' ? ['PermitRootLogin in its sshd_config keeps root out'] : []),
    `${user}'s authorized_keys there does not have the key: ${adding(hop, offers)}`,
    ...(user === 'root' ? [] : [`there is no user ${user}`]),
    `AllowUsers or AllowGroups in its sshd_config leaves ${user} out`,
    'the login shell is not there, or the account is locked',
    'from= or expiry-time= stands at the key in authorized_keys',
    'PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out',
  ]
  return `\nsshd does not tell why, but its log there does. The likeliest first:\n${causes.map((each) => `  ${each}`).join('\n')}`
}

/** What was tried, and how it went. */
const outcome = (attempt: Attempt, keysAreTaken: boolean): readonly string[] => {
  const { tried, unusable, passed, wrong, person } = attempt
  const noKey = tried.length === 0 && passed.length === 0 && keysAreTaken
  // The first key is shown before the host has said whether it takes any.
  const unknown = keysAreTaken ? `it does not take ${list(tried, 'or')}` : 'it takes no keys'
  return [
    ...(tried.length > 0 && passed.length === 0 ? [unknown] : []),
    ...(noKey ? [unusable.length === 0 ? 'there is no key' : 'no key could be used'] : []),
    ...(wrong > 0
      ? [wrong === 1 ? 'one answer was wrong' : `${String(wrong)} answers were wrong`]
      : []),
    ...(person === 'silent' ? ['nobody answered'] : []),
  ]
}

/** What would help, by what the host offers. */
const remedies = (hop: Hop, attempt: Attempt): readonly string[] => {
  const { tried, offers = [], passed, person } = attempt
  const { logins } = hop.ssh
  const wanted = asked.filter((method) => offers.includes(method))
  const allowed = wanted.filter((method) => logins.includes(method))
  const keysAreTaken = offers.includes('publickey') && logins.includes('publickey')
  const ruledOut = [...wanted, 'publickey' as const].filter(
    (method) => offers.includes(method) && !logins.includes(method),
  )
  const foreign = offers.length > 0 && wanted.length === 0 && !offers.includes('publickey')
  return [
    ...(attempt.more && passed.length === 0
      ? ["The system's ssh has more to show: ssh.transport: openssh."]
      : []),
    ...(!attempt.more && keysAreTaken && tried.length === 0
      ? ['Name a key with ssh.identity_file, or ssh-add one.']
      : []),
    ...(allowed.length > 0 && person === 'nobody'
      ? [`Nobody is there to be asked (${list(allowed, 'or')}): run lbprov on a terminal.`]
      : []),
    ...(ruledOut.length > 0 && allowed.length === 0
      ? [`ssh_config (PreferredAuthentications and its like) rules out ${list(ruledOut)}.`]
      : []),
    ...(foreign
      ? ["lbprov knows none of these; the system's ssh may: ssh.transport: openssh."]
      : []),
  ]
}

/** Everything was tried, and the host said no. `why`: what it said of its own accord. */
export const refused = (hop: Hop, attempt: Attempt, why?: string): ReachError => {
  const { tried, unusable, passed, offers = [] } = attempt
  const { user } = hop.ssh
  const methods = list(offers.map(tameWord))
  if (why !== undefined) {
    const shown = tried.length === 0 ? '' : ` It was shown ${list(tried)}.`
    const help = tried.length === 0 ? '' : ' Name the right key with ssh.identity_file.'
    const text = `refuses the login of ${user}: ${tameWord(why)}.${shown}${help}`
    return reach(hop, 'login', `${text}${untried(unusable)}`)
  }
  const keysAreTaken = offers.includes('publickey')
  const went = outcome(attempt, keysAreTaken)
  const offer = methods === '' ? '' : passed.length > 0 ? '' : ` (it offers ${methods})`
  const login =
    passed.length > 0
      ? `takes ${list(passed)} of ${user} and wants ${methods} as well (AuthenticationMethods in its sshd_config)`
      : `refuses the login of ${user}`
  const reasons = went.length === 0 ? offer : `: ${list(went)}${offer}`
  const help = remedies(hop, attempt).map((each) => ` ${each}`)
  const isKnown = attempt.more || tried.length === 0 || passed.length > 0
  const causes = isKnown || !keysAreTaken ? '' : keyCauses(hop, offers)
  return reach(hop, 'login', `${login}${reasons}.${help.join('')}${causes}${untried(unusable)}`)
}

/** Somebody was asked, and the host did not wait for the answer. */
export const tooLate = (hop: Hop): ReachError =>
  reach(
    hop,
    'login',
    'hung up while an answer was waited for: LoginGraceTime in its sshd_config (two minutes by default) is how long a login may take. Run again and answer sooner, or put the key into ssh-agent first.',
  )

export const passwordExpired = (hop: Hop): ReachError =>
  reach(
    hop,
    'login',
    `wants a new password for ${hop.ssh.user} before it lets anybody in: log in with ssh once, and change it.`,
  )

export const tooManyQuestions = (hop: Hop): ReachError =>
  reach(hop, 'login', 'asks one question after the other at the login and was given up.')

const whose = ({ host, ssh, jump }: Hop): string =>
  jump ? `${ssh.user}@${ssh.host}, the jump host of ${host}` : `${ssh.user}@${host}`

/** For a person, before a password is typed that all hosts may get. */
export const askPassword = (hop: Hop, again: boolean): string => {
  const { host, ssh, jump } = hop
  const name = jump ? `${ssh.host}, the jump host of ${host},` : host
  return again
    ? `Password for ${ssh.user} (${name} refuses the last one): `
    : `Password for ${ssh.user}, for all hosts that want one (${name} is the first): `
}

const longestPrompt = 120

/** A host's own question: its last line is asked, what stands before is told. */
export const hostAsks = (
  hop: Hop,
  before: readonly string[],
  prompt: string,
): { readonly told: string | undefined; readonly question: string } => {
  const lines = prompt.split('\n')
  const last = lines.findLastIndex((line) => line.trim() !== '')
  const told = tame([...before, ...lines.slice(0, Math.max(0, last))].join('\n'))
  const question = tameWord(lines[last] ?? '').slice(0, longestPrompt)
  return {
    told: told === '' ? undefined : `${whose(hop)} says:\n${told}`,
    question: `(${whose(hop)}) ${question === '' ? 'Answer:' : question} `,
  }
}
