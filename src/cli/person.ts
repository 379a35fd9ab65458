import { Secret } from '../secret.ts'
import type { Person } from '../ssh/person.ts'
import { printable } from '../printable.ts'
import type { World } from './world.ts'

/** Whoever sits at the terminal, asked one question at a time. `heard`: told of every answer. */
export const makePerson = (
  { terminal, signal }: Pick<World, 'terminal' | 'signal'>,
  heard: (answer: Secret) => void,
): Person => {
  let last: Promise<unknown> = Promise.resolve()
  const ask = async (question: string): Promise<Secret | undefined> => {
    // After Ctrl-C nobody is asked any more.
    if (signal.aborted) return undefined
    const answer = await terminal.ask(printable(question), 'hidden')
    if (answer === '') return undefined
    const secret = new Secret(answer)
    heard(secret)
    return secret
  }
  return {
    askHidden: (question) => {
      const mine = last.then(() => ask(question))
      last = mine.catch(() => undefined)
      return mine
    },
    tell: (sentence) => terminal.err(`${printable(sentence)}\n`),
  }
}
