// Control characters, and those that turn the direction of a line: a terminal would obey them.
const unsafe =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

const widest = 300
const most = 6

/** Text that a host sent, fit to be shown: no control characters, the last lines, none too long. */
export const tame = (text: string): string => {
  const lines = text
    .slice(-100_000)
    .replaceAll('\r\n', '\n')
    .replaceAll(unsafe, '\ufffd')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
  const kept = lines.slice(-most).map((line) => `  ${line.slice(0, widest)}`)
  return [...(lines.length > most ? ['  …'] : []), ...kept].join('\n')
}

/** The same in one line, for the middle of a sentence. */
export const tameWord = (text: string): string =>
  text.replaceAll(unsafe, '\ufffd').replaceAll(/\s+/g, ' ').trim().slice(0, widest)
