/*
 * What a terminal obeys instead of showing: control characters (Cc), those that are invisible or turn the direction of a
 * line (Cf), line ends that only some know (Zl, Zp), and halves of a character (Cs).
 */
const strange = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu
const strangeInText = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

const spelled = (character: string): string => {
  const code = (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')
  return code.length > 4 ? `\\u{${code}}` : `\\u${code}`
}

/** A text with everything but newline and tab made visible, so that it cannot paint the screen: `\u001b`. */
export const printable = (text: string): string => text.replaceAll(strangeInText, spelled)

/** The same in one line. */
export const printableLine = (text: string): string => text.replaceAll(strange, spelled)

/** A text as a word of a sentence, in double quotes, short enough for it. */
export const inQuotes = (text: string): string => {
  const short = text.length > 60 ? `${text.slice(0, 59)}…` : text
  return JSON.stringify(short).replaceAll(strange, '\ufffd')
}

/** A name as it stands in a path: `routers.lb1`. */
export const inPath = (name: string): string =>
  (name.length > 80 ? `${name.slice(0, 79)}…` : name).replaceAll(strange, '\ufffd')

const widest = 300
const most = 6

/**
 * The lines of a text that a host sent, fit to be looked at and shown: the last of them, nothing that a terminal obeys, none
 * too long for an expression that looks back and forth in it.
 */
export const tameLines = (text: string): readonly string[] =>
  text
    .slice(-100_000)
    .replaceAll('\r\n', '\n')
    .split('\n')
    .slice(-1000)
    .map((line) => line.slice(0, widest).replaceAll(strange, '\ufffd').trimEnd())
    .filter((line) => line !== '')

/** A text that a host sent, fit to be shown. */
export const tame = (text: string): string => {
  const lines = tameLines(text)
  const kept = lines.slice(-most).map((line) => `  ${line}`)
  return [...(lines.length > most ? ['  …'] : []), ...kept].join('\n')
}

/** The same in one line, for the middle of a sentence. */
export const tameWord = (text: string): string =>
  text
    .slice(0, 10_000)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(strange, '\ufffd')
    .trim()
    .slice(0, widest)

/** A list of names as long as this is read; a longer one is counted. */
export const longestList = 8

/** `1,000`. Not by Intl, which takes longer to load than a small run to plan. */
export const thousands = (n: number): string => String(n).replace(/\B(?=(?:\d{3})+$)/g, ',')

/** `1 host`, `1,000 hosts`. */
export const counted = (n: number, word: string): string =>
  `${thousands(n)} ${word}${n === 1 ? '' : 's'}`

/** The name that a person would give next: `rs10` behind `rs9`, `web-010` behind `web-009`. */
const successor = (name: string): string =>
  name.replace(/\d{1,9}$/, (digits) => String(Number(digits) + 1).padStart(digits.length, '0'))

/** Names that follow each other, together. */
const runsOf = (names: readonly string[]): readonly (readonly string[])[] => {
  const runs: string[][] = []
  for (const name of names) {
    const run = runs.at(-1)
    const last = run?.at(-1)
    if (run !== undefined && last !== undefined && successor(last) === name) run.push(name)
    else runs.push([name])
  }
  return runs
}

/**
 * Names for a sentence, all of them while they are few: `lb1, lb2, rs1 … rs1000`. Of more than `most` runs the last are
 * only counted; `all`: none is left out.
 */
export const foldedNames = (
  names: readonly string[],
  most: number | 'all' = longestList,
): string => {
  if (names.length <= longestList) return names.join(', ')
  const runs = runsOf(names)
  const told = most === 'all' || runs.length <= most ? runs : runs.slice(0, most - 1)
  const left = names.length - told.flat().length
  return [
    ...told.map((run) =>
      run.length < 3 ? run.join(', ') : `${run[0] ?? ''} … ${run.at(-1) ?? ''}`,
    ),
    ...(left > 0 ? [`and ${thousands(left)} more`] : []),
  ].join(', ')
}
