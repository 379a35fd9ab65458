import type { Secret } from '../secret.ts'
import type { Hop } from './hop.ts'
import type { Person } from './person.ts'
import * as say from './sentences.ts'

/** What a host asks in keyboard-interactive. RFC 4256, 3.2. */
export interface Questions {
  readonly name: string
  readonly instructions: string
  readonly prompts: readonly { readonly prompt: string; readonly echo?: boolean }[]
}

export interface Answers {
  readonly answers: readonly Secret[]
  /** The one of them that is a password, which other hosts may get too. */
  readonly password: Secret | undefined
}

/** Passwords of users on the hosts: each is asked once, for all hosts. */
export interface Passwords {
  /** There is somebody to be asked. */
  readonly there: boolean
  /** One that this host has not refused yet; undefined: nobody answers. */
  readonly password: (hop: Hop, refused: readonly Secret[]) => Promise<Secret | undefined>
  /** Undefined: nobody answers. */
  readonly answer: (
    hop: Hop,
    questions: Questions,
    refused: readonly Secret[],
  ) => Promise<Answers | undefined>
  readonly worked: (hop: Hop, password: Secret) => void
  readonly refused: (hop: Hop, password: Secret) => void
}

interface Given {
  readonly secret: Secret
  worked: boolean
}

interface User {
  /** The one that was right last stands first. */
  given: readonly Given[]
  asking: Promise<Secret | undefined> | undefined
  /** Who does not answer once is not asked again. */
  silent: boolean
}

/** More questions in a row than any login has. */
const mostPrompts = 8

/** A password of the user's own; a code from a device is another each time, and a new password is not the old one. */
const isPassword = (prompt: string): boolean =>
  /password/i.test(prompt) &&
  !/one.?time|otp|token|code|verif|new|retype|again|confirm/i.test(prompt)

export const makePasswords = (person: Person | undefined): Passwords => {
  const users = new Map<string, User>()
  const userOf = ({ ssh }: Hop): User => {
    const user = users.get(ssh.user) ?? { given: [], asking: undefined, silent: false }
    users.set(ssh.user, user)
    return user
  }

  const ask = async (hop: Hop, user: User, again: boolean): Promise<Secret | undefined> => {
    const secret = await person?.askHidden(say.askPassword(hop, again))
    if (secret === undefined) user.silent = true
    else user.given = [{ secret, worked: false }, ...user.given]
    user.asking = undefined
    return secret
  }

  const password: Passwords['password'] = async (hop, refused) => {
    const user = userOf(hop)
    for (;;) {
      const known = user.given.find(({ secret }) => !refused.includes(secret))
      if (known !== undefined) return known.secret
      if (user.silent || person === undefined) return undefined
      // Who asks next may be answered by what another host's question brings.
      if (user.asking === undefined) {
        user.asking = ask(hop, user, refused.length > 0)
        return user.asking
      }
      await user.asking
    }
  }

  const answer: Passwords['answer'] = async (hop, { name, instructions, prompts }, refused) => {
    const [first] = prompts
    if (prompts.length === 1 && first?.echo !== true && isPassword(first?.prompt ?? '')) {
      const secret = await password(hop, refused)
      return secret === undefined ? undefined : { answers: [secret], password: secret }
    }
    if (person === undefined || prompts.length > mostPrompts) return undefined
    const answers: Secret[] = []
    for (const [n, { prompt }] of prompts.entries()) {
      const before = n === 0 ? [name, instructions] : []
      const { told, question } = say.hostAsks(hop, before, prompt)
      if (told !== undefined) person.tell(told)
      const secret = await person.askHidden(question)
      if (secret === undefined) return undefined
      answers.push(secret)
    }
    return { answers, password: undefined }
  }

  return {
    there: person !== undefined,
    password,
    answer,
    worked: (hop, secret) => {
      const user = userOf(hop)
      const others = user.given.filter((each) => each.secret !== secret)
      user.given = [{ secret, worked: true }, ...others]
    },
    refused: (hop, secret) => {
      const user = userOf(hop)
      // A slip of the fingers is not tried on the other hosts; what is right elsewhere is kept.
      user.given = user.given.filter((each) => each.worked || each.secret !== secret)
    },
  }
}
