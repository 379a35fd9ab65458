/** A text as one word of ssh_config(5); undefined: it would end the word, or stand for something else. */
export const quotedWord = (text: string): string | undefined =>
  text === '' || /["\\\u0000-\u001f\u007f]|\$\{/.test(text) ? undefined : `"${text}"`

/** An Include of exactly this file; undefined: none can mean it. */
export const includeOf = (file: string): string | undefined =>
  // What glob(7) would follow, it takes as it is behind a backslash.
  quotedWord(file)
    ?.replaceAll(/[*?[\]{}~]/g, '\\\\$&')
    .replace(/^/, 'Include ')

/**
 * Who logs in where no file says it, behind all of them: the first word about a thing wins. `twice`: ssh reads its files
 * again, with the name that came of them; the first time must leave a word to the second.
 */
export const usualUser = (user: string, twice: boolean): readonly string[] => [
  ...(twice ? ['Match canonical'] : []),
  `User ${user}`,
]
