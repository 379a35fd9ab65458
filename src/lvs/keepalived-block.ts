import type { RawLine } from '../inventory/settings.ts'
import { Secret, type Content } from '../secret.ts'

type Word = string | number | Secret

/** One line of keepalived.conf: its words. Empty: nothing is written. */
export type Line = readonly Word[]

/** Lines in an operator's own words: each is written as it is, indented. */
export interface Raw {
  readonly lines: readonly RawLine[]
}

/** A keyword with its braces. */
export interface Block {
  readonly opening: string
  readonly body: readonly Item[]
}

export type Item = Line | Raw | Block

/** A line; nothing at all when one of its words is not given. */
export const line = (...words: readonly (Word | undefined)[]): Line =>
  words.includes(undefined) ? [] : words.filter((word) => word !== undefined)

/** A keyword that stands alone, where it holds. */
export const flag = (keyword: string, holds: boolean): Line => (holds ? [keyword] : [])

/** Several words as one, in double quotes: a program with its arguments. None of them may hold a quote. */
export const quoted = (words: readonly string[]): string => `"${words.join(' ')}"`

export const raw = (lines: readonly RawLine[]): Raw => ({ lines })

export const block = (opening: string, body: readonly Item[]): Block => ({ opening, body })

/** A block with one line for each; nothing at all for none. */
export const listBlock = (opening: string, lines: readonly Line[]): readonly Block[] =>
  lines.length === 0 ? [] : [block(opening, lines)]

/** A line of the file, and where in the inventory an operator's own line was written. */
interface Written {
  readonly content: Content
  readonly at?: string
}

const plain = (content: string): Written => ({ content: [`${content}\n`] })

/** One piece, but where a word is secret. */
const contentOf = (words: Line, indent: string): Content =>
  words.some((word) => word instanceof Secret)
    ? [
        ...words.flatMap((word, n) => [
          n === 0 ? indent : ' ',
          word instanceof Secret ? word : String(word),
        ]),
        '\n',
      ]
    : [`${indent}${words.join(' ')}\n`]

const writeLine = (words: Line, indent: string): readonly Written[] =>
  words.length === 0 ? [] : [{ content: contentOf(words, indent) }]

const writeItem = (item: Item, indent: string): readonly Written[] => {
  if ('opening' in item) return writeBlock(item, indent)
  if ('lines' in item) {
    return item.lines.map(({ text, at }) => ({
      ...plain(text.trim() === '' ? '' : `${indent}${text}`),
      at,
    }))
  }
  return writeLine(item, indent)
}

const writeBlock = ({ opening, body }: Block, indent: string): readonly Written[] => [
  plain(`${indent}${opening} {`),
  ...body.flatMap((item) => writeItem(item, `${indent}    `)),
  plain(`${indent}}`),
]

/** What stands on the file's own level, one after the other, an empty line between them. */
const writeAll = (items: readonly Item[]): readonly Written[] =>
  items
    .map((item) => writeItem(item, ''))
    .filter((written) => written.length > 0)
    .flatMap((written, n) => [...(n === 0 ? [] : [plain('')]), ...written])

/** In as few pieces as its secrets allow: it may be hundreds of thousands of words. */
const joined = (written: readonly Written[]): Content => {
  const pieces: (string | Secret)[] = []
  let plainWords: string[] = []
  const close = (): void => {
    if (plainWords.length > 0) pieces.push(plainWords.join(''))
    plainWords = []
  }
  for (const piece of written.flatMap(({ content }) => content)) {
    if (typeof piece === 'string') plainWords.push(piece)
    else {
      close()
      pieces.push(piece)
    }
  }
  close()
  return pieces
}

/** A file, and where in the inventory a line of it was written, by its number from 1: those of an operator's own. */
export interface ConfText {
  readonly text: Content
  readonly places: Readonly<Record<number, string>>
}

export const confText = (items: readonly Item[]): ConfText => {
  const written = writeAll(items)
  const placed = written.flatMap(({ at }, n) => (at === undefined ? [] : [[n + 1, at]]))
  return { text: joined(written), places: Object.fromEntries(placed) as ConfText['places'] }
}
