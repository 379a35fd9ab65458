import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { reveal, Secret } from '../../src/secret.ts'
import { unsaid } from '../../src/ssh/jump-words.ts'
import { makePasswords, type Questions } from '../../src/ssh/passwords.ts'
import { person } from './people.ts'
import { hopTo, reachOf } from './reach-of.ts'

const ssh = reachOf({ ...unsaid, host: '192.0.2.1', port: 22, user: 'ops' })
const lb1 = hopTo(ssh, 'lb1')
const lb2 = hopTo(ssh, 'lb2')
const ann = hopTo({ ...ssh, user: 'ann' }, 'lb1')

const prompts = (...texts: readonly string[]): Questions => ({
  name: '',
  instructions: '',
  prompts: texts.map((prompt) => ({ prompt, echo: false })),
})

describe('a password', () => {
  it('is asked for once per user, for all hosts', async () => {
    const { who, asked } = person('one', 'two')
    const passwords = makePasswords(who)
    const given = await Promise.all([lb1, lb2, ann].map((hop) => passwords.password(hop, [])))
    expect(given.map((each) => each && reveal(each))).toEqual(['one', 'one', 'two'])
    expect(asked).toMatchInlineSnapshot(`
      [
        "Password for ops, for all hosts that want one (lb1 is the first): ",
        "Password for ann, for all hosts that want one (lb1 is the first): ",
      ]
    `)
  })

  it('is asked for anew by the host that refuses it, and a slip is forgotten', async () => {
    const { who, asked } = person('slip', 'right')
    const passwords = makePasswords(who)
    const slip = (await passwords.password(lb1, [])) ?? new Secret('')
    passwords.refused(lb1, slip)
    const right = await passwords.password(lb1, [slip])
    expect(right && reveal(right)).toBe('right')
    const other = await passwords.password(lb2, [])
    expect(other && reveal(other)).toBe('right')
    expect(asked).toMatchInlineSnapshot(`
      [
        "Password for ops, for all hosts that want one (lb1 is the first): ",
        "Password for ops (lb1 refuses the last one): ",
      ]
    `)
  })

  it('that is right elsewhere is kept when one host refuses it', async () => {
    const { who } = person('right', 'special')
    const passwords = makePasswords(who)
    const right = (await passwords.password(lb1, [])) ?? new Secret('')
    passwords.worked(lb1, right)
    passwords.refused(lb2, right)
    const special = (await passwords.password(lb2, [right])) ?? new Secret('')
    passwords.worked(lb2, special)
    expect(await passwords.password(lb1, [special])).toBe(right)
  })

  it('is not asked for again when nobody answered', async () => {
    const { who, asked } = person()
    const passwords = makePasswords(who)
    expect(await passwords.password(lb1, [])).toBeUndefined()
    expect(await passwords.password(lb2, [])).toBeUndefined()
    expect(asked).toHaveLength(1)
  })

  it('is what a host asks for in its own words', async () => {
    const { who, asked } = person('one')
    const passwords = makePasswords(who)
    const first = await passwords.answer(lb1, prompts('Password: '), [])
    const second = await passwords.answer(lb2, prompts("ops@lb2's password:"), [])
    expect(first?.answers).toEqual(second?.answers)
    expect(first?.password).toBe(first?.answers[0])
    expect(asked).toHaveLength(1)
  })
})

describe('another question is put anew for each host', () => {
  it.each([
    ['Verification code: '],
    ['One-time password (OATH) for `ops`: '],
    ['New password: '],
    ['Passcode or option (1-2): '],
    [''],
  ])('%j', async (text) => {
    const { who, asked } = person('a', 'b')
    const passwords = makePasswords(who)
    const first = await passwords.answer(lb1, prompts(text), [])
    const second = await passwords.answer(lb2, prompts(text), [])
    expect([first, second].map((each) => each?.answers.map(reveal))).toEqual([['a'], ['b']])
    expect(first?.password).toBeUndefined()
    expect(asked).toEqual(
      ['lb1', 'lb2'].map((host) => `(ops@${host}) ${text === '' ? 'Answer: ' : text}`),
    )
  })

  it('and what stands before it is told', async () => {
    const { who, asked, told } = person('1')
    const text = 'Duo login for ops\n\nEnter a passcode or select:\n 1. Duo Push\n\nOption: '
    const questions = { ...prompts(text), name: 'Duo', instructions: 'Second factor' }
    await makePasswords(who).answer({ ...lb1, jump: true }, questions, [])
    expect({ asked, told }).toMatchInlineSnapshot(`
      {
        "asked": [
          "(ops@192.0.2.1, the jump host of lb1) Option: ",
        ],
        "told": [
          "ops@192.0.2.1, the jump host of lb1 says:
        Duo
        Second factor
        Duo login for ops
        Enter a passcode or select:
         1. Duo Push",
        ],
      }
    `)
  })

  it('several in one go', async () => {
    const { who } = person('a', 'b')
    const both = await makePasswords(who).answer(lb1, prompts('Password: ', 'Code: '), [])
    expect(both?.answers.map(reveal)).toEqual(['a', 'b'])
    const many = prompts(...Array.from({ length: 1000 }, () => 'Code: '))
    expect(await makePasswords(who).answer(lb1, many, [])).toBeUndefined()
  })
})

it('whatever a host asks, the terminal shows it short and without control', () =>
  fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary', maxLength: 2000 }),
      fc.string({ unit: fc.constantFrom('\u001b', '[', '2', 'J', '\n', '\r', '\u202e', 'a') }),
      async (name, prompt, painted) => {
        const { who, asked, told } = person('x')
        const questions = { name, instructions: painted, prompts: [{ prompt: prompt + painted }] }
        await makePasswords(who).answer(lb1, questions, [])
        for (const text of [...asked, ...told]) {
          expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u)
          expect(text.length).toBeLessThan(4000)
        }
        expect(asked.every((text) => text.length < 200 && !text.includes('\n'))).toBe(true)
      },
    ),
  ))
