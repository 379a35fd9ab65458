import { tame } from '../../printable.ts'

/** What a host or a program said, below a sentence about it. */
export const said = (text: string, who = 'It'): string => {
  const shown = tame(text)
  return shown === '' ? ` ${who} said nothing.` : ` ${who} said:\n${shown}`
}
