import { MASK, Secret, type Content, masked, reveal, revealed } from '../secret.ts'

// A line that begins so holds a secret, whatever the wish says of it: `auth_pass` is still in the file of
// a host when the inventory gives it up.
const telling = /^(\s*(?:auth_pass|passphrase|password|passwd|psk|secret)(?![\w-])[\s:=]*)\S.*$/i

const maskTelling = (line: string): string =>
  line.includes(MASK) ? line : line.replace(telling, `$1${MASK}`)

// No text of a file holds it.
const hole = '\0'

const eachLine = (text: string, mask: (line: string) => string): string =>
  text.split('\n').map(mask).join('\n')

/** The wished text for people. */
export const maskWish = (content: Content): string => eachLine(masked(content), maskTelling)

/**
 * The text found on a host for people. A line that begins as a secret's line of the wish does holds a
 * secret too, though perhaps an older one that nobody here knows. Where a secret has nothing before it on
 * its line, nothing tells its older self: then only lines that the wish has too are shown.
 */
export const maskLike = (content: Content, found: string): string => {
  const secrets = content.filter((piece) => piece instanceof Secret)
  const wished = content
    .map((piece) => (piece instanceof Secret ? hole : piece))
    .join('')
    .split('\n')
  const openings = wished
    .filter((line) => line.includes(hole))
    .map((line) => ({
      before: line.slice(0, line.indexOf(hole)).trim(),
      after: line.slice(line.lastIndexOf(hole) + 1),
    }))
  const untold =
    openings.some(({ before }) => before === '') ||
    secrets.some((secret) => reveal(secret).includes('\n'))
  return eachLine(found, (line) => {
    const indent = line.length - line.trimStart().length
    const opening = openings.find(
      ({ before }) => before !== '' && line.trimStart().startsWith(before),
    )
    if (opening !== undefined) {
      const { before, after } = opening
      const blank = /^\s*/.exec(line.slice(indent + before.length))?.[0] ?? ''
      return (
        line.slice(0, indent + before.length) + blank + MASK + (line.endsWith(after) ? after : '')
      )
    }
    if (untold && line.trim() !== '' && !wished.includes(line)) return MASK
    return maskTelling(line)
  })
}

/** Whether a secret differs where both texts show the same mask, so that a person could not see it. */
export const hidesChange = (content: Content, found: string): boolean => {
  const shown = maskWish(content).split('\n')
  const before = maskLike(content, found).split('\n')
  if (shown.join('\n') === before.join('\n')) return true
  const secrets = content.filter((piece) => piece instanceof Secret).map(reveal)
  const long = secrets.filter((secret) => secret.includes('\n'))
  if (long.length > 0) return before.includes(MASK) && long.some((each) => !found.includes(each))
  const wished = revealed(content).split('\n')
  const there = found.split('\n')
  return wished.some(
    (line, n) =>
      shown[n]?.includes(MASK) === true && before.includes(shown[n]) && !there.includes(line),
  )
}
