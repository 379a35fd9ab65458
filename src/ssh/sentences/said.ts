import { tame, tameLines } from '../../printable.ts'

/** Whether one line of what a host said fits all of the words. Its lines are short, so that none of them takes its time. */
export const saysSo = (text: string, ...words: readonly RegExp[]): boolean =>
  tameLines(text).some((line) => words.every((each) => each.test(line)))

/** What a host or a program said, below a sentence about it. */
export const said = (text: string, who = 'It'): string => {
  const shown = tame(text)
  return shown === '' ? ` ${who} said nothing.` : ` ${who} said:\n${shown}`
}
