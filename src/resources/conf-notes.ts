import { lines, sh, type Sh } from '../sh/sh.ts'
import type { Answer } from '../sh/answer.ts'

/*
 * What was done for a daemon's file before the next one takes its place is noted under /run, with which file it was
 * done for: the note is void once the file was replaced, be it by the same text, or the host was started again.
 */

const noteOf = (name: string): string => `/run/lbprov/${name}`

/** Which file stands there, and since when: one line; a dash for none. */
const identity = (path: string): Sh => sh`stat -L -c '%i %z' ${path} 2>/dev/null || echo -`

/** The file's identity, and below it the note as it is; nothing where nothing is noted. */
export const noteQuestion = (name: string, path: string): Sh =>
  sh`[ ! -e ${noteOf(name)} ] || { ${identity(path)}; exec cat ${noteOf(name)}; }`

/** What is noted, and still holds. */
export const notedWords = ({ out }: Answer): ReadonlySet<string> => {
  const [file, of, ...words] = out.split('\n')
  return new Set(file === of ? words.filter((word) => word !== '') : [])
}

/** Adds words, each without a newline. */
export const addNote = (name: string, path: string, words: readonly string[]): Sh =>
  lines(
    sh`umask 077; mkdir -p /run/lbprov; note=${noteOf(name)}; file=$(${identity(path)})`,
    sh`[ "$(head -n 1 "$note" 2>/dev/null)" = "$file" ] || printf '%s\n' "$file" > "$note"`,
    sh`printf '%s\n' ${words} >> "$note"`,
  )

export const forgetNote = (name: string): Sh => sh`rm -f ${noteOf(name)}`
