import { fault } from './judge.ts'
import { mutated, randomFrom } from './mutate.ts'
import { targets, type Target } from './targets.ts'

/** What the worker is asked: texts `from` to `to` of a target, or one of them made as small as it can be. */
export interface Order {
  readonly target: string
  readonly seed: number
  readonly from: number
  readonly to: number
  readonly minimise?: boolean
}

export interface Found {
  readonly number: number
  readonly fault: string
  readonly text: string
}

/** The text with this number: always the same. */
const textOf = ({ name, seeds }: Target, seed: number, number: number): string => {
  const sum = Buffer.from(name).reduce((all, byte) => Math.imul(all, 31) + byte, seed)
  return mutated(seeds, randomFrom(Math.imul(sum, 0x9e3779b1) + number))
}

/** Without whatever is not needed for the same fault. */
const smallest = (target: Target, text: string, wanted: string): string => {
  let left = text
  let tries = 0
  for (let size = Math.ceil(left.length / 2); size >= 1; size = Math.floor(size / 2))
    for (let at = 0; at < left.length && tries < 500; tries += 1) {
      const less = left.slice(0, at) + left.slice(at + size)
      if (fault(target, less) === wanted) left = less
      else at += size
    }
  return left
}

process.on('message', ({ target: name, seed, from, to, minimise }: Order) => {
  const target = targets.find((each) => each.name === name)
  if (target === undefined) throw new Error(`no target ${name}`)
  const found: Found[] = []
  for (let number = from; number < to; number += 1) {
    const text = textOf(target, seed, number)
    const wrong = fault(target, text)
    if (wrong !== undefined)
      found.push({
        number,
        fault: wrong,
        text: minimise === true ? smallest(target, text, wrong) : text.slice(0, 2000),
      })
  }
  process.send?.(found)
})
