import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { fitsParts } from './patterns.ts'

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

type Atom = '*' | ((letter: string) => boolean)

const inClass = (body: string, letter: string): boolean => {
  for (let at = 0; at < body.length; at += 1) {
    const from = body.charAt(at)
    const to = body[at + 1] === '-' ? body[at + 2] : undefined
    if (to === undefined ? letter === from : letter >= from && letter <= to) return true
    if (to !== undefined) at += 2
  }
  return false
}

// A letter of a pattern is itself, any (`?`), or one of a class like `[a-c]` and `[!a-c]`.
const atomsOf = (pattern: string): readonly Atom[] => {
  const atoms: Atom[] = []
  for (let at = 0; at < pattern.length; at += 1) {
    const letter = pattern.charAt(at)
    const close = letter === '[' ? pattern.indexOf(']', at + 2) : -1
    if (close !== -1) {
      const negated = pattern[at + 1] === '!'
      const body = pattern.slice(negated ? at + 2 : at + 1, close)
      atoms.push((each) => inClass(body, each) !== negated)
      at = close
    } else if (letter === '*') {
      if (atoms.at(-1) !== '*') atoms.push('*')
    } else if (letter === '?') atoms.push(() => true)
    else {
      const plain = letter === '\\' ? pattern.charAt((at += 1)) : letter
      atoms.push((each) => each === plain)
    }
  }
  return atoms
}

const bytewise = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

const MOST = 10_000
/** PATH_MAX. */
const LONGEST = 4096

/** The files that a path with `*`, `?` and `[…]` means, in order; a dot in front is not found by a star. Undefined: too many. */
export const glob = (pattern: string): readonly string[] | undefined => {
  if (pattern.length > LONGEST) return []
  let found: readonly string[] = [pattern.startsWith('/') ? '/' : '.']
  for (const part of pattern.split('/').filter((each) => each !== '')) {
    if (/[*?[]/.test(part)) {
      const atoms = atomsOf(part)
      found = found.flatMap((folder) =>
        namesIn(folder)
          .filter((name) => part.startsWith('.') || !name.startsWith('.'))
          .filter((name) => fitsParts(name, atoms, (isOne, letter) => isOne(letter)))
          .map((name) => join(folder, name)),
      )
    } else {
      const name = part.replaceAll(/\\(.)/g, '$1')
      found = found.map((folder) => join(folder, name)).filter(isThere)
    }
    if (found.length > MOST) return undefined
  }
  return [...found].sort(bytewise)
}
