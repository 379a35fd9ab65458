import type { AnyAuthMethod, NextAuthHandler, ParsedKey } from 'ssh2'

import type { ReachError } from '../errors.ts'
import { reveal, type Secret } from '../secret.ts'
import { asAgent } from './agent-method.ts'
import { defaultAlgorithms, rsaAlgorithm } from './algorithms.ts'
import type { Attempt } from './attempt.ts'
import type { Hop } from './hop.ts'
import type { Identity, Keys } from './keyring.ts'
import type { Answers, Passwords, Questions } from './passwords.ts'
import type { LoginMethod } from './reach.ts'
import * as say from './sentences.ts'
import type { Heed, Shown } from './sign-at-once.ts'

export interface Login extends Heed {
  attempt(): Attempt
  /** For ssh2's `authHandler`. */
  next(offers: readonly string[] | null, partial: boolean | null, go: NextAuthHandler): void
  succeeded(): void
}

/** How a login reaches out of itself. */
export interface Around {
  /** For the time that a person is asked, no host is to blame. */
  readonly whileAsking: <Result>(question: () => Promise<Result>) => Promise<Result>
  readonly giveUp: (error: ReachError) => void
}

/** What is being tried. */
type Trial =
  | { readonly kind: 'key'; readonly name: string; readonly shown: Shown }
  | { readonly kind: 'answers'; readonly password: Secret | undefined; readonly rounds: number }

/** More than any login has: several questions, each answered wrongly. */
const mostRounds = 20

/** Tries what there is, in the order of `hop.ssh.logins`. RFC 4252. */
export const makeLogin = (hop: Hop, keys: Keys, passwords: Passwords, around: Around): Login => {
  const { user, logins, numberOfPasswordPrompts } = hop.ssh
  const accepted = hop.ssh.algorithms.publicKey ?? defaultAlgorithms.publicKey
  const tried: string[] = []
  const passed: string[] = []
  const unusable: string[] = [...keys.unusable]
  const left = [...keys.identities]
  const refused: Secret[] = []
  let offers: readonly string[] | undefined
  let trial: Trial | undefined
  let tries = 0
  let wrong = 0
  let rounds = 0
  let asksNothing = false
  let silent = false
  let waiting = 0

  const asking = async <Result>(question: () => Promise<Result>): Promise<Result> => {
    waiting += 1
    try {
      return await around.whileAsking(question)
    } finally {
      waiting -= 1
    }
  }

  const show = (identity: Identity, half: ParsedKey): AnyAuthMethod => {
    const algorithm = (hosts: string): string =>
      half.type === 'ssh-rsa' ? (rsaAlgorithm(hosts, accepted) ?? hosts) : hosts
    const sign: Shown['sign'] = async (bytes, by) => {
      if (identity.atOnce) return identity.sign(bytes, by)
      const signature = await asking(() => identity.sign(bytes, by))
      if (typeof signature === 'string') {
        tried.splice(tried.indexOf(identity.shown), 1)
        unusable.push(signature)
      }
      return signature
    }
    const shown = { atOnce: identity.atOnce, algorithm, sign }
    trial = { kind: 'key', name: identity.shown, shown }
    tried.push(identity.shown)
    return { type: 'agent', username: user, agent: asAgent(half, shown) }
  }

  const nextKey = async (): Promise<AnyAuthMethod | undefined> => {
    for (let identity = left.shift(); identity !== undefined; identity = left.shift()) {
      const { half, unlock } = identity
      const key = half ?? (unlock === undefined ? undefined : await asking(unlock))
      if (typeof key === 'object') return show(identity, key)
      if (key !== undefined) unusable.push(key)
    }
    return undefined
  }

  const mayAsk = (): boolean => passwords.there && !silent && tries < numberOfPasswordPrompts

  const nextPassword = async (): Promise<AnyAuthMethod | undefined> => {
    if (!mayAsk()) return undefined
    const password = await asking(() => passwords.password(hop, refused))
    silent = password === undefined
    if (password === undefined) return undefined
    tries += 1
    trial = { kind: 'answers', password, rounds }
    return { type: 'password', username: user, password: reveal(password) }
  }

  const answer = async (questions: Questions): Promise<readonly string[]> => {
    rounds += 1
    if (rounds > mostRounds) {
      around.giveUp(say.tooManyQuestions(hop))
      return []
    }
    const given: Answers | undefined = await asking(() => passwords.answer(hop, questions, refused))
    silent = given === undefined
    if (trial?.kind === 'answers') {
      trial = { ...trial, password: trial.password ?? given?.password }
    }
    return given?.answers.map(reveal) ?? questions.prompts.map(() => '')
  }

  const nextQuestions = (): AnyAuthMethod | undefined => {
    if (!mayAsk() || asksNothing) return undefined
    tries += 1
    trial = { kind: 'answers', password: undefined, rounds }
    return {
      type: 'keyboard-interactive',
      username: user,
      prompt: (name, instructions, _, prompts, finish) => {
        answer({ name, instructions, prompts })
          .then((answers) => finish([...answers]))
          // The connection has ended meanwhile, and says so itself.
          .catch(() => undefined)
      },
    }
  }

  const by: Readonly<Record<LoginMethod, () => Promise<AnyAuthMethod | undefined>>> = {
    publickey: nextKey,
    'keyboard-interactive': () => Promise.resolve(nextQuestions()),
    password: nextPassword,
  }

  const nextMethod = async (): Promise<AnyAuthMethod | undefined> => {
    if (offers === undefined && (logins[0] !== 'publickey' || left.length === 0)) {
      // Asks what the host wants; sshd does not count it.
      return { type: 'none', username: user }
    }
    for (const method of logins) {
      const found = offers?.includes(method) === false ? undefined : await by[method]()
      if (found !== undefined) return found
    }
    return undefined
  }

  const settle = (partial: boolean): void => {
    if (trial?.kind === 'key' && partial) {
      tried.splice(tried.indexOf(trial.name), 1)
      passed.push(trial.name)
    }
    if (trial?.kind === 'answers') {
      const { password } = trial
      if (partial) passed.push(password === undefined ? 'the answers' : 'the password')
      else if (password !== undefined || trial.rounds < rounds) wrong += 1
      else asksNothing = true
      if (password !== undefined) passwords[partial ? 'worked' : 'refused'](hop, password)
      if (password !== undefined && !partial) refused.push(password)
      if (partial) tries = 0
    }
    trial = undefined
  }

  return {
    attempt: () => {
      const person = passwords.there ? (silent ? 'silent' : 'there') : 'nobody'
      return {
        tried,
        unusable,
        more: keys.more,
        passed,
        wrong,
        offers,
        person,
        waiting: waiting > 0,
      }
    },
    shown: () => (trial?.kind === 'key' ? trial.shown : undefined),
    failed: (now, partial) => {
      offers = now
      settle(partial)
    },
    next: (now, _, go) => {
      offers ??= now ?? undefined
      // ssh2 takes `false` for "no more", which its types do not know.
      const give = go as (method: AnyAuthMethod | false) => void
      nextMethod()
        .then((method) => give(method ?? false))
        // The connection has ended meanwhile, and says so itself.
        .catch(() => undefined)
    },
    succeeded: () => {
      if (trial?.kind === 'answers' && trial.password !== undefined) {
        passwords.worked(hop, trial.password)
      }
    },
  }
}
