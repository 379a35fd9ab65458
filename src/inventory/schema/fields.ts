import { z } from 'zod'
import { notOneOf, shown } from '../../faults/schema-faults.ts'

// zod writes and compiles a function for each object that it reads: for one inventory that takes longer than reading it.
z.config({ jitless: true })

/** A word that names something in the inventory; it also becomes a word of keepalived.conf. */
export const name = (noun: string) =>
  z.string().regex(/^[A-Za-z][\w.-]{0,62}$/, {
    error: (issue) =>
      `${shown(issue.input)} cannot name ${noun}: begin with a letter, then letters, digits, ".", "_" or "-", at most 63 in all`,
  })

/** A card's name as the kernel takes it; an alias (`eth0:1`) is none. */
export const device = z.string().regex(/^[A-Za-z0-9][\w.-]{0,14}$/, {
  error: (issue) =>
    String(issue.input).includes(':')
      ? `${shown(issue.input)} is an alias, not an interface; addresses are added without aliases, so name the card itself`
      : `${shown(issue.input)} cannot be an interface: at most 15 letters, digits, ".", "_" or "-"`,
})

/** A whole number within bounds. */
export const whole = (noun: string, min: number, max: number) => {
  const error = (issue: { readonly input: unknown }): string =>
    `${shown(issue.input)} is not ${noun}: a whole number from ${String(min)} to ${String(max)}`
  return z.int({ error }).min(min, { error }).max(max, { error })
}

/** Seconds, at least one. */
export const seconds = (noun: string, max = 86400) => whole(`${noun} in seconds`, 1, max)

/** One of a few words. */
export const oneOf = <const Words extends readonly [string, ...string[]]>(
  noun: string,
  words: Words,
) => z.enum(words, { error: (issue) => notOneOf(issue.input, noun, words) })

/**
 * Characters that are themselves in keepalived.conf: nothing invisible, no blanks and quotes, no braces, neither of
 * the two that begin a comment, `!` and `#`, and no `$`: keepalived knows some names (`$_PWD`) that nobody defined.
 */
export const plainText = /^[%&(-z|~]+$/

/** Text that goes into a line of keepalived.conf. */
export const word = (noun: string) =>
  z.string().regex(plainText, {
    error: (issue) =>
      `${shown(issue.input)} is not ${noun}: no blanks, quotes, braces, "$", "!", "#" or unprintable characters, which keepalived.conf would not take as they are`,
  })

/** One value or a list of them; a list afterwards. */
export const oneOrMany = <Item extends z.ZodType>(item: Item) =>
  z
    .union([item, z.array(item).min(1, { error: 'the list is empty; leave the key out instead' })])
    .transform((value) => [value].flat() as z.output<Item>[])
