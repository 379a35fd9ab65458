import { reveal, Secret } from '../../secret.ts'
import type { Hop } from '../hop.ts'
import type { Passwords } from '../passwords.ts'
import type { Person } from '../person.ts'
import { askPassphrase } from '../sentences/keys.ts'
import { tameWord } from '../../printable.ts'
import type { Question } from './askpass.ts'

/** Answers what ssh asks on the way to one host. */
export interface Answers {
  /** Undefined: nobody answers, or there is nothing to be answered. */
  readonly answer: (question: Question) => Promise<Secret | undefined>
  /** What was answered was right. */
  readonly worked: () => void
}

/** What is asked about a key is this machine's own matter: the answer is right for all hosts or for none. */
export const isAboutKey = ({ text }: Question): boolean =>
  /^Enter (?:passphrase|PIN) for .*key /.test(text)

interface Asked {
  readonly answer: Promise<Secret | undefined>
  readonly shownTo: Set<string>
}

type AboutKeys = (question: Question) => Promise<Secret | undefined>

const makeAboutKeys = (person: Person): AboutKeys => {
  const known = new Map<string, Asked>()
  return ({ asker, text }) => {
    const last = known.get(text)
    const again = last?.shownTo.has(asker) === true
    const file = /^Enter passphrase for key '(.*)': $/.exec(text)?.[1]
    const shown = file === undefined ? tameWord(text) : askPassphrase(file, again).trimEnd()
    const asked =
      // Whoever asks twice was given a wrong one.
      last === undefined || again
        ? { answer: person.askHidden(`${shown} `), shownTo: new Set<string>() }
        : last
    known.set(text, asked)
    asked.shownTo.add(asker)
    return asked.answer
  }
}

/** One for each person, so that what is asked once is asked once for all hosts. */
const aboutKeys = new WeakMap<Person, AboutKeys>()

/** The hop of which ssh speaks: `(ann@lb1) Code: ` or `ann@lb1's password: `. */
const hopOf = (hops: readonly [Hop, ...Hop[]], text: string): Hop => {
  const named = hops.find(({ ssh, at }) => {
    const who = `${ssh.user}@${at ?? ssh.host}`
    return text.startsWith(`(${who}) `) || text.startsWith(`${who}'s password`)
  })
  return named ?? hops.at(-1) ?? hops[0]
}

/** What the host itself asks, without what ssh puts in front of it. */
const promptOf = (text: string): string =>
  /^\S+@\S+'s password: $/.test(text) ? 'Password: ' : text.replace(/^\(\S+@\S+\) /, '')

export const makeAnswers = (
  hops: readonly [Hop, ...Hop[]],
  person: Person,
  passwords: Passwords,
): Answers => {
  const given = new Map<string, { readonly hop: Hop; readonly secrets: readonly Secret[] }>()

  const keys = aboutKeys.get(person) ?? makeAboutKeys(person)
  aboutKeys.set(person, keys)

  const ofHost = async ({ asker, text }: Question): Promise<Secret | undefined> => {
    const hop = hopOf(hops, text)
    // The same again: the answer was wrong.
    const key = JSON.stringify([asker, text])
    const before = given.get(key)?.secrets ?? []
    const last = before.at(-1)
    if (last !== undefined) passwords.refused(hop, last)
    const questions = { name: '', instructions: '', prompts: [{ prompt: promptOf(text) }] }
    const found = await passwords.answer(hop, questions, before)
    const password = found?.password
    given.set(key, { hop, secrets: password === undefined ? [] : [...before, password] })
    return found?.answers[0]
  }

  return {
    answer: async (question) => {
      const { kind, text } = question
      const host = hopOf(hops, text).host
      if (kind === 'tell') {
        person.tell(`${host}: ${tameWord(text)}`)
        return undefined
      }
      if (kind === 'ask') return isAboutKey(question) ? keys(question) : ofHost(question)
      const word = await person.askHidden(`${host}: ${tameWord(text)} (yes or no) `)
      return word !== undefined && reveal(word) === 'yes' ? new Secret('') : undefined
    },
    worked: () => {
      for (const { hop, secrets } of given.values()) {
        const right = secrets.at(-1)
        if (right !== undefined) passwords.worked(hop, right)
      }
    },
  }
}
