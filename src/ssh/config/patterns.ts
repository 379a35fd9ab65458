import { lower } from './words.ts'

/**
 * Whether a text fits a pattern of parts: `*` for any letters, else what one letter must be. Goes back to the last `*`
 * only, which is all it takes: a hostile pattern costs its length times the text's at worst.
 */
export const fitsParts = <Part>(
  text: string,
  parts: { readonly length: number; readonly [index: number]: Part | '*' },
  isLetter: (part: Part, letter: string) => boolean,
): boolean => {
  let [at, p, star, held] = [0, 0, -1, 0]
  while (at < text.length) {
    const part = parts[p]
    if (part === '*') {
      star = p
      held = at
      p += 1
    } else if (part !== undefined && isLetter(part, text.charAt(at))) {
      p += 1
      at += 1
    } else if (star !== -1) {
      held += 1
      at = held
      p = star + 1
    } else return false
  }
  while (parts[p] === '*') p += 1
  return p === parts.length
}

/** Whether a text fits a pattern of `*` and `?`. */
export const fits = (text: string, pattern: string): boolean =>
  fitsParts(text, pattern, (part, letter) => part === '?' || part === letter)

const LONGEST = 1023

/** Whether a text fits a list like `*.example,!db?`: one of it, and none behind a `!`. */
export const fitsList = (text: string, list: string, anyCase: boolean): boolean => {
  const subject = anyCase ? lower(text) : text
  let positive = false
  for (const each of (anyCase ? lower(list) : list).split(',')) {
    const negated = each.startsWith('!')
    const pattern = negated ? each.slice(1) : each
    // OpenSSH's buffer ends there, and so does its patience.
    if (pattern.length >= LONGEST) return false
    if (!fits(subject, pattern)) continue
    if (negated) return false
    positive = true
  }
  return positive
}

/** Whether a name fits the words of a Host line. The case counts here, unlike in `Match host`. */
export const fitsHost = (name: string, words: readonly string[]): boolean => {
  if (words.some((word) => word.startsWith('!') && fits(name, word.slice(1)))) return false
  return words.some((word) => !word.startsWith('!') && fits(name, word))
}
