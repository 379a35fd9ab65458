// Far more than anything that lbprov or a tool of a host writes.
const deepest = 100

const isTooDeep = (text: string): boolean => {
  let depth = 0
  let quoted = false
  // Character by character: an expression for a whole string falls over one of a million characters.
  for (let n = 0; n < text.length; n += 1) {
    const character = text[n]
    if (quoted) {
      if (character === '\\') n += 1
      else if (character === '"') quoted = false
    } else if (character === '"') quoted = true
    else if (character === '[' || character === '{') depth += 1
    else if (character === ']' || character === '}') depth -= 1
    if (depth > deepest) return true
  }
  return false
}

/**
 * What a text says as JSON; undefined where it is none, or nested so deeply that whoever walks through it would fall: a
 * schema then says what is wanted instead.
 */
export const parseJson = (text: string): unknown => {
  if (isTooDeep(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** JSON in one line that a terminal may see, too: what JSON itself leaves alone and a terminal would obey is escaped. */
export const showJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, undefined, indent).replaceAll(
    /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) =>
      Array.from(
        { length: character.length },
        (_, n) => `\\u${character.charCodeAt(n).toString(16).padStart(4, '0')}`,
      ).join(''),
  )
