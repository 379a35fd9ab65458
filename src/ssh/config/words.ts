/** A word of a line, and where it stands; columns count from 1. */
export interface Word {
  readonly text: string
  readonly column: number
}

/** A line of ssh_config(5): its keyword, its words, and all behind the keyword as it stands. */
export interface Line {
  readonly keyword: Word
  /** Undefined: a quote is opened and not closed. */
  readonly words: readonly Word[] | undefined
  readonly rest: Word
}

const BLANK = ' \t\r\n'

const skip = (text: string, from: number, what = BLANK): number => {
  let at = from
  while (at < text.length && what.includes(text.charAt(at))) at += 1
  return at
}

/** Small letters for A to Z, and for nothing else: as OpenSSH compares, whatever the locale. */
export const lower = (text: string): string =>
  text.replaceAll(/[A-Z]+/g, (capitals) => capitals.toLowerCase())

interface Cut {
  readonly token: string
  /** Where the next one begins; undefined: there is none. */
  readonly next: number | undefined
}

// The older of OpenSSH's two ways to cut a line, for keywords and for Match: at blanks, at one `=`, and at `"`.
const cut = (text: string, from: number): Cut | undefined => {
  const stops = /[ \t\r\n"=]/g
  stops.lastIndex = from
  const stop = stops.exec(text)?.index
  if (stop === undefined) return { token: text.slice(from), next: undefined }
  if (text[stop] === '"') {
    const close = text.indexOf('"', stop + 1)
    if (close === -1) return undefined
    const token = text.slice(from, stop) + text.slice(stop + 1, close)
    return { token, next: skip(text, close + 1) }
  }
  const next = skip(text, stop + 1)
  const second = text[stop] !== '=' && text[next] === '='
  return { token: text.slice(from, stop), next: second ? skip(text, next + 1) : next }
}

/** The words of a Match line, `from` where its first begins; `end` is where what is no part of them begins. */
export const matchWords = (
  text: string,
): { readonly words: readonly Word[]; readonly end: number | undefined } => {
  const words: Word[] = []
  let at: number | undefined = 0
  while (at !== undefined) {
    const found = cut(text, at)
    if (found === undefined) return { words, end: undefined }
    if (found.token.startsWith('#')) return { words, end: undefined }
    words.push({ text: found.token, column: at + 1 })
    at = found.next
    if (found.token === '') return { words, end: at }
  }
  return { words, end: undefined }
}

// The newer way, for everything else: both quotes, backslashes, a comment behind a blank.
const split = (text: string, column: number): readonly Word[] | undefined => {
  const words: Word[] = []
  let at = skip(text, 0, ' \t')
  while (at < text.length && text[at] !== '#') {
    const start = at
    let word = ''
    let quote = ''
    for (; at < text.length; at += 1) {
      const letter = text.charAt(at)
      const next = text.charAt(at + 1)
      if (
        letter === '\\' &&
        next !== '' &&
        (`'"\\`.includes(next) || (quote === '' && next === ' '))
      ) {
        word += next
        at += 1
      } else if (quote === '' && (letter === ' ' || letter === '\t')) break
      else if (quote === '' && (letter === '"' || letter === "'")) quote = letter
      else if (letter === quote) quote = ''
      else word += letter
    }
    if (quote !== '') return undefined
    words.push({ text: word, column: column + start })
    at = skip(text, at, ' \t')
  }
  return words
}

const withoutEnd = (text: string): string => {
  let end = text.length
  while (end > 0 && ' \t\r\n\f'.includes(text.charAt(end - 1))) end -= 1
  return text.slice(0, end)
}

/** A line; undefined where there is none: a blank one, a comment, or what OpenSSH passes over too (`"port 22`). */
export const lineOf = (raw: string): Line | undefined => {
  const [upToNull = ''] = raw.split('\0', 1)
  const text = upToNull.charAt(0) + withoutEnd(upToNull.slice(1))
  let at = 0
  let found = cut(text, at)
  if (found?.token === '' && found.next !== undefined) {
    at = found.next
    found = cut(text, at)
  }
  if (found === undefined || found.token === '' || found.token.startsWith('#')) return undefined
  const start = skip(text, found.next ?? text.length)
  const rest = text.slice(start)
  return {
    keyword: { text: found.token, column: at + 1 },
    words: split(rest, start + 1),
    rest: { text: rest, column: start + 1 },
  }
}
