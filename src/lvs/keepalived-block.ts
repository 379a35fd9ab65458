import { Secret, type Content } from '../secret.ts'

type Word = string | number | Secret

/** One line of keepalived.conf: its words. Empty: nothing is written. */
export type Line = readonly Word[]

/** Lines in an operator's own words: each is written as it is, indented. */
export interface Raw {
  readonly lines: readonly string[]
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

export const raw = (lines: readonly string[]): Raw => ({ lines })

export const block = (opening: string, body: readonly Item[]): Block => ({ opening, body })

/** A block with one line for each; nothing at all for none. */
export const listBlock = (opening: string, lines: readonly Line[]): readonly Block[] =>
  lines.length === 0 ? [] : [block(opening, lines)]

const writeLine = (words: Line, indent: string): Content =>
  words.length === 0
    ? []
    : [
        ...words.flatMap((word, n) => [
          n === 0 ? indent : ' ',
          word instanceof Secret ? word : String(word),
        ]),
        '\n',
      ]

const writeItem = (item: Item, indent: string): Content => {
  if ('opening' in item) return writeBlock(item, indent)
  if ('lines' in item) {
    return item.lines.map((text) => (text.trim() === '' ? '\n' : `${indent}${text}\n`))
  }
  return writeLine(item, indent)
}

const writeBlock = ({ opening, body }: Block, indent: string): Content => [
  `${indent}${opening} {\n`,
  ...body.flatMap((item) => writeItem(item, `${indent}    `)),
  `${indent}}\n`,
]

/** What stands on the file's own level, one after the other, an empty line between them. */
export const text = (items: readonly Item[]): Content =>
  items
    .map((item) => writeItem(item, ''))
    .filter((written) => written.length > 0)
    .flatMap((written, n) => [...(n === 0 ? [] : ['\n']), ...written])
