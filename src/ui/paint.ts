import { styleText } from 'node:util'

export interface Paint {
  readonly added: (text: string) => string
  readonly removed: (text: string) => string
  readonly faint: (text: string) => string
  readonly bold: (text: string) => string
  readonly bad: (text: string) => string
  readonly good: (text: string) => string
}

type Style = Parameters<typeof styleText>[0]

/** Colours, or none at all. */
export const makePaint = (colour: boolean): Paint => {
  const paint =
    (style: Style) =>
    (text: string): string =>
      colour ? styleText(style, text, { validateStream: false }) : text
  return {
    added: paint('green'),
    removed: paint('red'),
    faint: paint('dim'),
    bold: paint('bold'),
    bad: paint('red'),
    good: paint('green'),
  }
}
