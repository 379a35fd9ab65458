import { expect, it } from 'vitest'

import { maskedError, maskedPlan } from '../../src/engine/mask.ts'
import { movedHosts, type Plan, type PlannedChange } from '../../src/engine/plan.ts'
import { AnswerError } from '../../src/errors.ts'
import { Secret, masking } from '../../src/secret.ts'
import { sh } from '../../src/sh/sh.ts'

const mask = masking([new Secret('passw123'), new Secret('othersec')])

const planOf = (changes: readonly PlannedChange[], left: readonly string[] = []): Plan => ({
  phases: [
    {
      name: 'app',
      serial: undefined,
      needs: [],
      hosts: [{ host: 'lb1', changes, unchanged: 0, left }],
    },
  ],
})

type Harmless = Extract<PlannedChange, { readonly severs?: false }>

const change = (more: Partial<Harmless> = {}): Harmless => ({
  what: '/etc/passw123',
  resource: 'file /etc/passw123',
  before: 'one\nnote: passw123\n',
  after: 'two\nnote: none\n',
  text: true,
  note: 'changed on the host since passw123',
  run: sh`printf %s ${'passw123'} >/etc/motd`,
  ...more,
})

it('no text of a plan holds a secret, and its commands are what they were', () => {
  const severing = { ...change(), severs: true as const, undo: sh`undo ${'passw123'}` }
  const plan = maskedPlan(mask, planOf([change(), severing], ['passw123 is left']))
  expect(JSON.stringify(plan)).not.toContain('passw123')
  const runs = plan.phases[0]?.hosts[0]?.changes.map(({ run }) => run.text)
  expect(runs).toEqual(Array(2).fill('printf %s passw123 >/etc/motd'))
  expect(plan.phases[0]?.hosts[0]?.changes[1]).toMatchObject({
    undo: { text: 'undo passw123', shown: 'undo •••' },
  })
})

const noteOf = (
  before: string | undefined,
  after: string | undefined,
  ...notes: readonly string[]
): string | undefined => {
  const [note] = notes
  const { what, resource, run } = change()
  const bare = { what, resource, run, before, after, ...(note !== undefined && { note }) }
  return maskedPlan(mask, planOf([bare])).phases[0]?.hosts[0]?.changes[0]?.note
}

it.each([
  ['one secret for another', 'a passw123\nb\n', 'a othersec\nb\n', 'the secret in it changes'],
  ['a value of one line', 'passw123', 'othersec', 'the secret in it changes'],
  ['the same secret beside a change', 'a passw123\nb\n', 'a passw123\nc\n', undefined],
  ['a secret that goes', 'a passw123\n', 'a\n', undefined],
  ['a secret on another line', 'a passw123\nb\n', 'b\na passw123\n', undefined],
  ['a file that is new', undefined, 'a passw123\n', undefined],
  ['no secret at all', 'a\n', 'b\n', undefined],
])('a change that only masks would show is said: %s', (_, before, after, note) => {
  expect(noteOf(before, after)).toBe(note)
})

it('it is said once', () => {
  expect(noteOf('passw123', 'othersec', 'the secret in it changes')).toBe(
    'the secret in it changes',
  )
  expect(noteOf('passw123', 'othersec', 'drift')).toBe('drift, the secret in it changes')
})

it('a plan that was made before a secret was known is still the same plan', () => {
  const before = planOf([change()])
  const now = maskedPlan(mask, before)
  expect(movedHosts(before, now)).toEqual(['lb1'])
  expect(movedHosts(before, now, mask)).toEqual([])
  expect(movedHosts(now, maskedPlan(mask, planOf([change({ after: 'three\n' })])), mask)).toEqual([
    'lb1',
  ])
})

it('what an error says of a host holds none', () => {
  const error = new AnswerError('lb1: /etc/x says passw123')
  expect(maskedError(mask, error)).toBe(error)
  expect(error.message).toBe('lb1: /etc/x says •••')
})
