import type { ReachError } from '../../errors.ts'
import { quote } from '../../sh/sh.ts'
import type { Attempt } from '../attempt.ts'
import type { Hop } from '../hop.ts'
import { tameWord } from '../tame.ts'
import { list, reach } from './words.ts'

const untried = (reasons: readonly string[]): string =>
  reasons.length === 0 ? '' : `\nNot tried:\n${reasons.map((reason) => `  ${reason}`).join('\n')}`

/** Nobody was asked. */
export const noKeys = (hop: Hop, unusable: readonly string[]): ReachError =>
  reach(
    hop,
    'login',
    `cannot be logged in to: there is no key. Name one with ssh.identity_file, or ssh-add one.${untried(unusable)}`,
  )

const remedy = ({ ssh }: Hop): string => {
  const port = ssh.port === 22 ? '' : `-p ${String(ssh.port)} `
  return `ssh-copy-id ${port}${quote(`${ssh.user}@${ssh.host}`)} adds a key there.`
}

/** The keys were shown to the host, and it said no. `why`: what it said of its own accord. */
export const refused = (hop: Hop, attempt: Attempt, why?: string): ReachError => {
  const { tried, unusable, offers, partial } = attempt
  if (offers === undefined && why === undefined) return noKeys(hop, unusable)
  const login = `refuses the login of ${hop.ssh.user}`
  if (why !== undefined) {
    const many = `It was shown ${list(tried)}. Name the right key with ssh.identity_file.`
    return reach(hop, 'login', `${login}: ${tameWord(why)}. ${many}${untried(unusable)}`)
  }
  const methods = list((offers ?? []).map(tameWord))
  if (partial) {
    const text = `took the key of ${hop.ssh.user} and wants ${methods} as well; lbprov answers no questions at the login. AuthenticationMethods in its sshd_config decides that.`
    return reach(hop, 'login', text)
  }
  if (offers !== undefined && !offers.includes('publickey')) {
    const text = `${login}: it offers only ${methods}, and lbprov logs in by key. PubkeyAuthentication in its sshd_config decides that.`
    return reach(hop, 'login', text)
  }
  const keys =
    tried.length === 0 ? 'no key could be tried' : `it does not know ${list(tried, 'or')}`
  const offer = methods === '' ? '' : ` (it offers ${methods})`
  return reach(hop, 'login', `${login}: ${keys}${offer}. ${remedy(hop)}${untried(unusable)}`)
}
