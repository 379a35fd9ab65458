import { expect, it } from 'vitest'

import { boundOnce, once } from '../src/binding.ts'
import { Secret } from '../src/secret.ts'

it('what is asked for several times is worked out once, and not before', () => {
  let worked = 0
  const answer = once(() => (worked += 1))
  expect(worked).toBe(0)
  expect([answer(), answer(), worked]).toEqual([1, 1, 1])
})

it('undefined is an answer too', () => {
  let worked = 0
  const answer = once((): string | undefined => {
    worked += 1
    return undefined
  })
  expect([answer(), answer(), worked]).toEqual([undefined, undefined, 1])
})

it('equal wishes are bound once, and others by themselves', () => {
  const bind = boundOnce((wish: { readonly path: string }) => ({ ...wish }))
  expect(bind({ path: '/a' })).toBe(bind({ path: '/a' }))
  expect(bind({ path: '/a' })).not.toBe(bind({ path: '/b' }))
})

it('wishes that differ in a secret alone are two', () => {
  const bind = boundOnce((wish: { readonly text: Secret }) => ({ ...wish }))
  expect(bind({ text: new Secret('one') })).not.toBe(bind({ text: new Secret('two') }))
  expect(bind({ text: new Secret('one') })).toBe(bind({ text: new Secret('one') }))
})

it('of very many wishes not all are kept, and each is bound right all the same', () => {
  const bind = boundOnce((wish: number) => ({ wish }))
  const all = Array.from({ length: 12_000 }, (_, n) => n)
  expect(all.map((n) => bind(n).wish)).toEqual(all)
  expect(all.map((n) => bind(n).wish)).toEqual(all)
})

it('long wishes are bound each time, and right', () => {
  const bind = boundOnce((wish: { readonly pool: readonly number[]; readonly text: string }) => ({
    ...wish,
  }))
  const wide = { pool: Array.from({ length: 101 }, (_, n) => n), text: '' }
  const long = { pool: [], text: 'x'.repeat(2001) }
  for (const wish of [wide, long]) {
    expect(bind(wish)).toEqual(wish)
    expect(bind(wish)).not.toBe(bind(wish))
  }
  expect(bind({ ...wide, text: 'another' }).text).toBe('another')
})
