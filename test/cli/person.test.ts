import { expect, it } from 'vitest'

import { makePerson } from '../../src/cli/person.ts'
import { reveal } from '../../src/secret.ts'
import { makeWorld } from '../deploy/site.ts'

it('is asked one question at a time, without an echo, and no more after Ctrl-C', async () => {
  const interrupted = new AbortController()
  const asked: string[] = []
  const answers: ((answer: string) => void)[] = []
  const said = { out: '', err: '' }
  const world = makeWorld('/nonexistent', said, {
    signal: interrupted.signal,
    terminal: {
      ask: (question, hidden) => {
        asked.push(`${question}${hidden ?? 'echoed'}`)
        return new Promise((resolve) => answers.push(resolve))
      },
    },
  })
  const heard: string[] = []
  const person = makePerson(world, (answer) => void heard.push(reveal(answer)))

  const first = person.askHidden('one? ')
  const second = person.askHidden('\u001b[2Jtwo? ')
  const third = person.askHidden('three? ')
  await Promise.resolve()
  expect(asked).toEqual(['one? hidden'])
  answers[0]?.('a')
  expect((await first)?.toString()).toBe('•••')
  await Promise.resolve()
  expect(asked).toEqual(['one? hidden', '\\u001b[2Jtwo? hidden'])
  interrupted.abort()
  answers[1]?.('')
  expect(await second).toBeUndefined()
  expect(await third).toBeUndefined()
  expect(asked).toHaveLength(2)
  expect(heard).toEqual(['a'])

  person.tell('touch the key\u0007')
  expect(said.err).toBe('touch the key\\u0007\n')
})
