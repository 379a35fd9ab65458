import { Secret, type Content } from '../secret.ts'

type Word = string | number | Secret

/** One line of keepalived.conf: its words. Empty: nothing is written. */
export type Line = readonly Word[]

/** A keyword with its braces. */
export interface Block {
  readonly opening: string
  readonly body: readonly (Line | Block)[]
}

/** A line; nothing at all when one of its words is not given. */
export const line = (...words: readonly (Word | undefined)[]): Line =>
  words.includes(undefined) ? [] : words.filter((word) => word !== undefined)

export const block = (opening: string, body: readonly (Line | Block)[]): Block => ({
  opening,
  body,
})

const isBlock = (item: Line | Block): item is Block => 'opening' in item

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

const write = ({ opening, body }: Block, indent: string): Content => [
  `${indent}${opening} {\n`,
  ...body.flatMap((item) =>
    isBlock(item) ? write(item, `${indent}    `) : writeLine(item, `${indent}    `),
  ),
  `${indent}}\n`,
]

/** The blocks one after the other, an empty line between them. */
export const text = (blocks: readonly Block[]): Content =>
  blocks.flatMap((each, n) => [...(n === 0 ? [] : ['\n']), ...write(each, '')])
