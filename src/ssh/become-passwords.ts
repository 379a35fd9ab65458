import { reveal, type Secret } from '../secret.ts'
import type { Hop } from './hop.ts'
import type { Person } from './person.ts'

/** The passwords by which users become root, for all hosts of one run. */
export interface BecomePasswords {
  /** What to try on a host that refused `refused` before; undefined: there is no more. A person may be asked. */
  next(hop: Hop, refused: readonly Secret[]): Promise<Secret | undefined>
  /** What a host said to one. */
  judged(hop: Hop, password: Secret, right: boolean): void
}

/** One that a person typed. */
interface Typed {
  readonly answer: Promise<Secret | undefined>
  /** The same, once it has been typed. */
  readonly text: () => string | undefined
  /** The hosts that took it, and those that did not. */
  readonly right: Set<string>
  readonly wrong: Set<string>
}

/** A typing mistake is no reason to begin anew; more would lock accounts. */
const mostTries = 3

/**
 * One that the inventory gives is tried once. A person is asked once for each user, for all hosts; again only by a host
 * that knows none of what was typed. What every host refused so far, no further host is shown.
 */
export const makeBecomePasswords = (person: Person | undefined): BecomePasswords => {
  const users = new Map<string, Typed[]>()

  const ask = ({ host, ssh }: Hop, who: Person, again: boolean): Typed => {
    const method = ssh.become?.method ?? 'sudo'
    const why = again ? `${host} does not take the last one` : `first asked for by ${host}`
    let text: string | undefined
    const typed = who.askHidden(`${method} password for ${ssh.user} (${why}): `)
    const answer = typed.then((secret) => {
      if (secret === undefined || reveal(secret) === '') return undefined
      text = reveal(secret)
      return secret
    })
    return { answer, text: () => text, right: new Set(), wrong: new Set() }
  }
  const typedFor = ({ ssh }: Hop): Typed[] => {
    const key = JSON.stringify([ssh.become?.method, ssh.user])
    const typed = users.get(key) ?? []
    users.set(key, typed)
    return typed
  }

  return {
    next: async (hop, refused) => {
      const given = hop.ssh.become?.password
      if (given !== undefined) return refused.length === 0 ? given : undefined
      if (person === undefined || refused.length >= mostTries) return undefined
      const typed = typedFor(hop)
      const left = typed.filter(
        ({ right, wrong }) => !wrong.has(hop.host) && (right.size > 0 || wrong.size === 0),
      )
      const best =
        left.find(({ right }) => right.has(hop.host)) ??
        left.find(({ right }) => right.size > 0) ??
        left[0]
      if (best !== undefined) return best.answer
      const asked = ask(hop, person, typed.length > 0)
      typed.push(asked)
      return asked.answer
    },
    judged: (hop, password, right) => {
      const judged = typedFor(hop).filter(({ text }) => text() === reveal(password))
      for (const each of judged) (right ? each.right : each.wrong).add(hop.host)
    },
  }
}
