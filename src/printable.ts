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

/** Text that a host sent, fit to be shown: nothing that a terminal obeys, the last lines, none too long. */
export const tame = (text: string): string => {
  const lines = text
    .slice(-100_000)
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.replaceAll(strange, '\ufffd').trimEnd())
    .filter((line) => line !== '')
  const kept = lines.slice(-most).map((line) => `  ${line.slice(0, widest)}`)
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
